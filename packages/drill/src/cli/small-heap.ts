import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How far the old generation may grow beyond what was alive at the last full collection, percent. */
const GROWTH_PERCENT = 30

/** Buffers that pass through are garbage at once, but lie outside the heap, where they press on no collection until they are many. */
const BUFFERS_MAX_BYTES = 6 * 1024 * 1024
const WATCH_MS = 20

/** Commands whose memory is promised to stay flat, however much data passes through them (docs/performance.md). */
const FLAT = new Set(['run', 'resume', 'judge'])

/**
 * Makes the collector of this process prefer a small heap to few collections, for commands that promise flat memory. By default V8
 * lets both generations grow with the rate of garbage, so that ten times the data would take much more memory although hardly anything
 * of it is alive at once. Unlike a limit, this never ends a process that really needs more.
 */
export function keepHeapSmall(args: readonly string[]): void {
  const [command = ''] = args
  // A simulated world lives in the heap, and is gone in a moment.
  if (!FLAT.has(command) || isSimulated(args)) return
  // Both are read at each collection, so they hold from here on.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void
  setInterval(() => {
    if (process.memoryUsage().arrayBuffers > BUFFERS_MAX_BYTES) collect({ type: 'minor' })
  }, WATCH_MS).unref()
}

const isSimulated = (args: readonly string[]): boolean =>
  args.includes('--target=sim') || args[args.indexOf('--target') + 1] === 'sim'
