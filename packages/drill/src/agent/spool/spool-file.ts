import { crc32 } from 'node:zlib'
import { OperatingError, type RunEvent } from '@dr-drill/runbook-core'

/** Schema version of the spools written here. */
const SPOOL_VERSION = 1

/** First line of a spool. */
export interface SpoolHeader {
  /** Drawn when the spool is made: numbers count within it. */
  readonly spool: string
  readonly runId: string
  /** Events up to this number were acknowledged and left out. */
  readonly after: number
}

/** An event with its number. */
export interface SpooledEvent {
  readonly seq: number
  readonly durable: boolean
  readonly event: RunEvent
}

/** A spool as it was found. */
export interface FoundSpool {
  readonly header: SpoolHeader
  readonly events: readonly SpooledEvent[]
  /** Bytes of whole lines; what lies beyond is the end of a write that never was durable. */
  readonly sizeBytes: number
}

/** The line of a header. */
export const headerLine = ({ spool, runId, after }: SpoolHeader): string =>
  line({ kind: 'agent-spool', schemaVersion: SPOOL_VERSION, spool, runId, after })

/** The line of an event. */
export const eventLine = ({ seq, durable, event }: SpooledEvent): string => line({ seq, durable, event })

/** A value after the CRC-32 of its text: what a torn write left is told from what was written. */
function line(value: object): string {
  const text = JSON.stringify(value)
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`
}

/**
 * Reads a spool. What follows the last whole line is left out; whole lines after a broken one are `journal-damaged`, since a write
 * that was cut short leaves none. Null when not even the header is whole: then no event ever was durable.
 */
export function parseSpool(bytes: Buffer): FoundSpool | null {
  let header: SpoolHeader | null = null
  const events: SpooledEvent[] = []
  let sizeBytes = 0
  let isBroken = false
  for (const text of lines(bytes)) {
    const value = provenLine(text)
    if (value === null) isBroken = true
    else if (isBroken) throw damaged(`a line after ${sizeBytes} bytes`)
    else {
      sizeBytes += text.length + 1
      if (header === null) header = headerOf(value)
      else events.push(eventOf(value, events.at(-1)?.seq ?? header.after))
    }
  }
  return header === null ? null : { header, events, sizeBytes }
}

function* lines(bytes: Buffer): Generator<Buffer> {
  let from = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
    yield bytes.subarray(from, end)
    from = end + 1
  }
}

function provenLine(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  const text = bytes.subarray(9)
  if (bytes.subarray(0, 9).toString('latin1') !== `${crc32(text).toString(16).padStart(8, '0')} `) return null
  return JSON.parse(text.toString('utf8')) as Readonly<Record<string, unknown>>
}

function headerOf(value: Readonly<Record<string, unknown>>): SpoolHeader {
  const { kind, schemaVersion, spool, runId, after } = value
  if (kind !== 'agent-spool') throw damaged('the header')
  if (schemaVersion !== SPOOL_VERSION) {
    throw new OperatingError('input-too-new', `the spool has schema version ${String(schemaVersion)}`)
  }
  return { spool: String(spool), runId: String(runId), after: Number(after) }
}

function eventOf(value: Readonly<Record<string, unknown>>, before: number): SpooledEvent {
  const { seq, durable, event } = value
  // Numbers may be passed over: those that a runner had acknowledged before power loss took them from here.
  if (typeof seq !== 'number' || seq <= before) throw damaged(`event ${String(seq)}`)
  return { seq, durable: durable === true, event: event as RunEvent }
}

const damaged = (what: string) => new OperatingError('journal-damaged', `${what} of the spool was altered`)
