import { OperatingError } from '@dr-drill/runbook-core'

/** Longest status line and headers that are read; S3's own are a tenth of this. */
export const HEAD_BYTES_MAX = 32 * 1024
const HEADERS_MAX = 200

/** Status line and headers of an HTTP/1.x answer. */
export interface ResponseHead {
  readonly status: number
  /** 0 for HTTP/1.0. */
  readonly minorVersion: number
  /** By lower-case name; what came several times is joined by commas, but never what says where the body ends. */
  readonly headers: Readonly<Record<string, string>>
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9][0-9])(?: |$)/
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/

/** Headers that would let two readers see two different bodies if they came twice. */
const ONCE: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding'])

/**
 * Reads a head, given without its last empty line, as the standard has it and no more leniently: no folded lines, no bare line ends,
 * no blanks before a colon.
 * @throws response-invalid
 */
export function parseHead(text: string): ResponseHead {
  const [statusLine = '', ...lines] = text.split('\r\n')
  const match = STATUS_LINE.exec(statusLine)
  if (match === null || CONTROL.test(statusLine)) throw invalid('it does not begin with an HTTP/1.x status')
  if (lines.length > HEADERS_MAX) throw invalid(`it has more than ${HEADERS_MAX} headers`)
  const headers: Record<string, string> = Object.create(null)
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (!NAME.test(name) || CONTROL.test(value)) throw invalid('a header is malformed')
    const before = headers[name]
    if (before !== undefined && ONCE.has(name)) throw invalid(`${name} came twice`)
    headers[name] = before === undefined ? value : `${before}, ${value}`
  }
  return { status: Number(match[2]), minorVersion: Number(match[1]), headers }
}

/** True as long as `text` may be the beginning of an answer: garbage is told from its first bytes. */
export function mayBeHead(text: string): boolean {
  const start = 'HTTP/1.'
  return text.startsWith(start.slice(0, Math.min(start.length, text.length)))
}

/** The error of an answer that is not HTTP as it should be. Nothing of it is repeated. */
export function invalid(why: string): OperatingError {
  return new OperatingError('response-invalid', `the answer is no valid HTTP: ${why}`)
}
