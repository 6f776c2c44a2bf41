import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import {
  driveAsync,
  environment,
  PIECE_BYTES,
  type PortHandlers,
  type Task,
  unwrap,
} from '@dr-drill/runbook-core'
import { encodeFrame, RecordFileWriter, scanRecordFile } from '@dr-drill/runbook-core/stemedb'
import { nativeChecksums, nodeFileSystem } from '@dr-drill/simulator/server'
import { compare, type Measured } from './measure.ts'

const PATH = '/segment-00001.wal'
const AT = Date.UTC(2026, 1, 11)

/** Verifies a closed segment of about `sizeBytes`: plain `zlib.crc32` over the same file, read in pieces of the same size, against our scans. */
export async function benchSegment(
  directory: string,
  sizeBytes: number,
  rounds: number,
): Promise<readonly Measured[]> {
  const files = nodeFileSystem({ root: directory, durable: false })
  const world = environment({ FileSystem: files as unknown as PortHandlers })
  const run = async <A>(task: Task<A>): Promise<A> => unwrap(await driveAsync(task, world))
  const scan = async (depth: 'blocks' | 'records', digest: boolean): Promise<void> => {
    const { damage } = await run(scanRecordFile(nativeChecksums, PATH, { depth, digest, expect: 'segment' }))
    if (damage !== null) throw new Error(damage.detail)
  }
  try {
    const written = await run(writeSegment(sizeBytes))
    return await compare(written, rounds, [
      { name: 'raw zlib.crc32', run: () => rawCrc(join(directory, PATH)) },
      { name: 'scan, block CRCs', run: () => scan('blocks', false) },
      { name: 'scan, block CRCs and SHA-256', run: () => scan('blocks', true) },
      { name: 'scan, every record, and SHA-256', run: () => scan('records', true) },
    ])
  } finally {
    files.close()
  }
}

function* writeSegment(sizeBytes: number): Task<number> {
  const header = {
    kind: 'segment' as const,
    history: 'b'.repeat(32),
    number: 1,
    firstPosition: 1,
    createdAt: AT,
    appliedPosition: 0,
    parentHistory: null,
    forkPosition: 0,
  }
  const writer = yield* RecordFileWriter.create(nativeChecksums, { path: PATH, header, mode: 0o600 })
  const body = new Uint8Array(224).fill(120)
  for (let position = 1; writer.sizeBytes < sizeBytes; position += 1_000) {
    const frames = Array.from({ length: 1_000 }, (_, index) =>
      encodeFrame(nativeChecksums, {
        position: position + index,
        at: AT,
        durablePosition: position - 1,
        body,
      }),
    )
    yield* writer.append({
      bytes: Buffer.concat(frames),
      recordCount: 1_000,
      firstRecordAt: AT,
      lastRecordAt: AT,
    })
  }
  yield* writer.close()
  return writer.sizeBytes
}

function rawCrc(path: string): number {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES)
  const descriptor = openSync(path, 'r')
  let value = 0
  for (let count = 1; count > 0; ) {
    count = readSync(descriptor, buffer, 0, PIECE_BYTES, null)
    value = crc32(buffer.subarray(0, count), value)
  }
  closeSync(descriptor)
  return value
}
