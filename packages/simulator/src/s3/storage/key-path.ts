import { OperatingError, utf8Decode, utf8Encode } from '@dr-drill/runbook-core'

/** Longest piece of a name, in characters: a marker, a version id and a suffix still fit into the 255 bytes of a file name. */
const PIECE_MAX = 180
/** Bytes that stand for themselves; every other byte of a key becomes `%XX`. */
const PLAIN = /^[A-Za-z0-9_.~=,:-]$/
const HEX = '0123456789ABCDEF'

const UNITS = Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte)
  return PLAIN.test(letter) ? letter : `%${HEX[byte >> 4]}${HEX[byte & 15]}`
})

/** Where a key lies: directories below the bucket's `objects`, and the stem of the names of its files there. */
export interface KeyPath {
  readonly directories: readonly string[]
  readonly stem: string
}

/**
 * The place of a key (docs/s3-storage.md). The key is cut at `/`; each segment is written in plain bytes and `%XX`, so that no
 * name is `.`, `..`, empty, contains `/` or NUL, or contains `@`, which marks files and continued names. Injective.
 */
export function keyPath(key: string): KeyPath {
  const segments = key.split('/')
  const last = pieces(segments.pop() as string)
  const stem = last.pop() as string
  const directories: string[] = []
  for (const segment of segments) {
    const parts = pieces(segment)
    const end = parts.pop() as string
    directories.push(...parts, end)
  }
  directories.push(...last)
  return { directories, stem }
}

/** A segment in pieces: all but the last end in `@` and are directories that the name continues in. */
function pieces(segment: string): string[] {
  if (segment === '') return ['%']
  if (segment === '.' || segment === '..') return ['%2E'.repeat(segment.length)]
  const done: string[] = []
  let piece = ''
  for (const byte of utf8Encode(segment)) {
    const unit = UNITS[byte] as string
    if (piece.length + unit.length > PIECE_MAX) {
      done.push(`${piece}@`)
      piece = ''
    }
    piece += unit
  }
  done.push(piece)
  return done
}

/** The segment that pieces (markers taken off) stand for; null when they are not what `keyPath` would have made. */
export function segmentOf(names: readonly string[]): string | null {
  const joined = names.join('')
  const segment = joined === '%' ? '' : decoded(joined)
  if (segment === null || segment.includes('/')) return null
  const expected = pieces(segment).map((piece) => piece.replace(/@$/, ''))
  return expected.length === names.length && expected.every((piece, index) => piece === names[index])
    ? segment
    : null
}

function decoded(name: string): string | null {
  const bytes: number[] = []
  for (let at = 0; at < name.length; at += 1) {
    if (name[at] === '%') {
      const value = Number.parseInt(name.slice(at + 1, at + 3), 16)
      if (Number.isNaN(value)) return null
      bytes.push(value)
      at += 2
    } else {
      bytes.push(name.charCodeAt(at) & 0xff)
    }
  }
  try {
    return utf8Decode(Uint8Array.from(bytes))
  } catch (error) {
    if (error instanceof OperatingError) return null
    throw error
  }
}
