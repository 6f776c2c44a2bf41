import { z } from 'zod'
import { compareUtf8 } from '../../text/utf8.ts'
import type { Copy } from '../support/fetch.ts'
import { absolutePath, bytes, name, sha256Hex } from '../support/schemas.ts'

const copy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('object'), store: name, key: z.string() }),
  z.object({ kind: z.literal('file'), path: absolutePath }),
])

/** A segment wanted: its name in the log directory, what it must be, and every place that may hold it. */
export const wantedSegment = z.object({
  fileName: z.string(),
  sha256: sha256Hex.nullable(),
  sizeBytes: bytes.nullable(),
  copies: z.array(copy),
  /** Why none of the places that should hold it is worth trying; null when there are some to try. */
  lost: z.string().nullable().default(null),
})
/** See `wantedSegment`. */
export type WantedSegment = z.infer<typeof wantedSegment>

/** What a segment must be; null where nothing tells. */
export interface SegmentContent {
  readonly sha256: string | null
  readonly sizeBytes: number | null
}

/** Nothing tells what it must be. */
export const UNKNOWN_CONTENT: SegmentContent = { sha256: null, sizeBytes: null }

/** Collects segments by name, each with every place that may hold it; the first that is told counts. */
export class WantedLog {
  readonly #segments = new Map<string, WantedSegment>()

  has(fileName: string): boolean {
    return this.#segments.has(fileName)
  }

  /** A place that may hold a segment of this content. Places of other contents than the one known first are left out. */
  want(fileName: string, content: SegmentContent, found: Copy): void {
    const known = this.#segments.get(fileName)
    if (known === undefined) {
      this.#segments.set(fileName, { fileName, ...content, copies: [found], lost: null })
      return
    }
    // A digest that is told later judges every place, whatever was taken for it before.
    const isNews = known.sha256 === null && content.sha256 !== null
    if (!isNews && content.sha256 !== null && known.sha256 !== content.sha256) return
    const isKnown = known.copies.some((one) => isSamePlace(one, found))
    const copies = isKnown ? known.copies : [...known.copies, found]
    this.#segments.set(fileName, { ...known, ...(isNews ? content : {}), copies })
  }

  /** A segment that was there once and of which nothing is left that could be good. */
  lose(fileName: string, why: string): void {
    this.#segments.set(fileName, { fileName, ...UNKNOWN_CONTENT, copies: [], lost: why })
  }

  /** All of them by name. */
  inOrder(): WantedSegment[] {
    return [...this.#segments.values()].sort((a, b) => compareFileNames(a.fileName, b.fileName))
  }
}

/** Names of segments are padded with zeros and grow in length. */
export const compareFileNames = (a: string, b: string): number => a.length - b.length || compareUtf8(a, b)

const isSamePlace = (a: Copy, b: Copy): boolean =>
  a.kind === 'file' ? b.kind === 'file' && a.path === b.path : b.kind === 'object' && a.key === b.key
