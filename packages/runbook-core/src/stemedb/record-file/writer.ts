import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { invariant } from '../../errors/index.ts'
import { FilePieces, FileSystem } from '../../ports/index.ts'
import { BlockCrcs } from './block-crcs.ts'
import { encodeFooter, type RecordFileFooter } from './footer.ts'
import { encodeHeader, HEADER_BYTES, type RecordFileHeader } from './header.ts'

/** Which records lie in an open file, and where they end. */
export interface WrittenSpan {
  readonly recordCount: number
  readonly firstRecordAt: number
  readonly lastRecordAt: number
  readonly dataEnd: number
}

/** Records to append: whole frames one after another. */
export interface FrameRun {
  readonly bytes: Uint8Array
  readonly recordCount: number
  readonly firstRecordAt: number
  readonly lastRecordAt: number
}

/**
 * Appends records to a segment or checkpoint and closes it with a footer. Bytes once written are never written again. Nothing is
 * durable before the caller syncs the file and, for its name, the directory.
 */
export class RecordFileWriter {
  readonly path: string
  readonly header: RecordFileHeader
  readonly #checksums: Checksums
  readonly #blocks: BlockCrcs
  #span: WrittenSpan
  #sizeBytes: number

  private constructor(
    checksums: Checksums,
    file: { readonly path: string; readonly header: RecordFileHeader },
    written: { readonly blocks: BlockCrcs; readonly span: WrittenSpan; readonly sizeBytes: number },
  ) {
    this.#checksums = checksums
    this.path = file.path
    this.header = file.header
    this.#blocks = written.blocks
    this.#span = written.span
    this.#sizeBytes = written.sizeBytes
  }

  /** Makes a new file with only a header. @throws OperatingError `file-exists` */
  static *create(
    checksums: Checksums,
    file: { readonly path: string; readonly header: RecordFileHeader; readonly mode: number },
  ): Task<RecordFileWriter> {
    const bytes = encodeHeader(checksums, file.header)
    yield* FileSystem.create({ path: file.path, mode: file.mode })
    yield* FileSystem.write({ path: file.path, offset: 0, bytes })
    const blocks = new BlockCrcs(checksums)
    blocks.update(bytes)
    const span = { recordCount: 0, firstRecordAt: 0, lastRecordAt: 0, dataEnd: HEADER_BYTES }
    return new RecordFileWriter(checksums, file, { blocks, span, sizeBytes: HEADER_BYTES })
  }

  /** Goes on with an open file of which `span` are the good records; whatever lies behind them stays where it is. */
  static *resume(
    checksums: Checksums,
    file: { readonly path: string; readonly header: RecordFileHeader },
    span: WrittenSpan,
    sizeBytes: number,
  ): Task<RecordFileWriter> {
    const blocks = new BlockCrcs(checksums)
    const pieces = new FilePieces({ path: file.path, end: sizeBytes })
    for (let bytes = yield* pieces.next(); bytes !== null; bytes = yield* pieces.next()) blocks.update(bytes)
    return new RecordFileWriter(checksums, file, { blocks, span, sizeBytes })
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get recordCount(): number {
    return this.#span.recordCount
  }

  get lastPosition(): number {
    return this.header.firstPosition + this.#span.recordCount - 1
  }

  /** True when nothing unfinished lies behind the records, so that more can follow them. */
  get isClean(): boolean {
    return this.#span.dataEnd === this.#sizeBytes
  }

  /** Appends records. If it throws, the file's end is unknown: write no more to it. */
  *append(run: FrameRun): Task<void> {
    invariant(this.isClean, 'records are never appended behind an unfinished write')
    yield* FileSystem.write({ path: this.path, offset: this.#sizeBytes, bytes: run.bytes })
    this.#blocks.update(run.bytes)
    this.#sizeBytes += run.bytes.length
    this.#span = {
      recordCount: this.#span.recordCount + run.recordCount,
      firstRecordAt: this.#span.recordCount === 0 ? run.firstRecordAt : this.#span.firstRecordAt,
      lastRecordAt: run.lastRecordAt,
      dataEnd: this.#sizeBytes,
    }
  }

  /** Appends the footer; the writer is of no use afterwards. */
  *close(): Task<RecordFileFooter> {
    const footer = {
      ...this.#span,
      lastPosition: this.lastPosition,
      footerStart: this.#sizeBytes,
      blockCrcs: this.#blocks.values(),
    }
    const bytes = encodeFooter(this.#checksums, footer)
    yield* FileSystem.write({ path: this.path, offset: this.#sizeBytes, bytes })
    this.#sizeBytes += bytes.length
    return footer
  }
}
