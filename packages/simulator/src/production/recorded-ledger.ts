import {
  type LedgerLine as FileLine,
  IndexedLedger,
  invariant,
  type LedgerHeader,
  ledgerHeaderLine,
  ledgerLine,
  utf8Encode,
} from '@dr-drill/runbook-core'
import type { LedgerSink } from '../world/ledger.ts'
import type { LedgerLine } from './contract.ts'

/** A ledger with the instant of every line, from which the file of any instant can be made. */
export class RecordedLedger implements LedgerSink {
  readonly lines: LedgerLine[] = []
  readonly #nowMs: () => number
  #header: LedgerHeader | null = null
  #indexed: IndexedLedger | null = null
  #file: { readonly bytes: Uint8Array; readonly ends: readonly number[] } | null = null

  /** `nowMs`: history time. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  begin(header: LedgerHeader): void {
    this.#header = header
  }

  write(line: FileLine): void {
    const { op, key } = line
    this.lines.push({
      at: this.#nowMs(),
      op,
      key,
      digest: op === 'failed' ? '' : line.digest,
      position: op === 'acknowledged' ? line.position : null,
    })
  }

  /** The same ledger in memory, for comparisons with any number of its lines. */
  get indexed(): IndexedLedger {
    invariant(this.#header, 'a ledger begins with its header')
    this.#indexed ??= new IndexedLedger(this.#header, this.lines.map(fileLine))
    return this.#indexed
  }

  /** The file of the first so many lines, of a failure at that instant. */
  file(lines: number, failureAt: number): Uint8Array {
    invariant(this.#header, 'a ledger begins with its header')
    const header = utf8Encode(ledgerHeaderLine({ ...this.#header, failureAt }))
    this.#file ??= rendered(this.lines)
    const body = this.#file.bytes.subarray(0, lines === 0 ? 0 : this.#file.ends[lines - 1])
    const bytes = new Uint8Array(header.length + body.length)
    bytes.set(header)
    bytes.set(body, header.length)
    return bytes
  }
}

function rendered(lines: readonly LedgerLine[]) {
  const texts = lines.map((line) => ledgerLine(fileLine(line)))
  const ends: number[] = []
  let end = 0
  for (const text of texts) {
    end += utf8Encode(text).length
    ends.push(end)
  }
  return { bytes: utf8Encode(texts.join('')), ends }
}

function fileLine({ op, key, digest, position, at }: LedgerLine): FileLine {
  if (op === 'failed') return { op, key }
  return op === 'submitted' ? { op, key, digest } : { op, key, position: position ?? '', at, digest }
}
