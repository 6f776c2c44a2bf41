import type { Call } from '../../effects/index.ts'

/**
 * How a writing call relates to streams into files. A file is written by many calls; one durable intent per call would cost an fsync
 * for each. So `create` and `write` open a stream on their path, further `write`s ride on it, and what changes the file otherwise
 * (or its name) ends it.
 */
export interface StreamUse {
  readonly kind: 'effect' | 'barrier'
  /** Path whose open stream covers this call. */
  readonly rides: string | null
  /** Path on which this call's own intent opens a stream. */
  readonly opens: string | null
  /** Paths whose streams end here. */
  readonly ends: readonly string[]
  /** The file that a barrier is about; null when it ends no stream. */
  readonly closes: string | null
}

const APART: StreamUse = { kind: 'effect', rides: null, opens: null, ends: [], closes: null }

/** What a call is to the streams of its invocation. */
export function streamUse(call: Call<unknown>): StreamUse {
  const { path, from, to } = call.input as {
    readonly path?: string
    readonly from?: string
    readonly to?: string
  }
  if (call.port !== 'FileSystem') return path === undefined ? APART : { ...APART, ends: [path] }
  if (call.method === 'syncDirectory') return { ...APART, kind: 'barrier' }
  if (call.method === 'rename') return { ...APART, ends: [from, to].filter((name) => name !== undefined) }
  if (path === undefined) return APART
  if (call.method === 'sync') return { ...APART, kind: 'barrier', closes: path, ends: [path] }
  if (call.method === 'create') return { ...APART, opens: path, ends: [path] }
  if (call.method === 'write') return { ...APART, rides: path, opens: path }
  return { ...APART, ends: [path] }
}

/** True when `root` is the path or a directory above it. */
export function covers(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)
}
