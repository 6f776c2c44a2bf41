import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { type CallContext, type Environment, environment, type PortHandlers } from '@dr-drill/runbook-core'
import { type NodeFileSystem, nodeFileSystem } from '../file-system/index.ts'

/** The ports of a server process: this machine's disk below a root, its clocks, its chance. */
export function serverPorts(options: { readonly root: string; readonly historyShiftMs: number }): {
  readonly environment: Environment
  readonly files: NodeFileSystem
} {
  const files = nodeFileSystem({ root: options.root })
  const clock = {
    drillNow: () => Math.floor(performance.now()),
    historyNow: () => Date.now() + options.historyShiftMs,
    sleep({ ms }: { readonly ms: number }, context: CallContext) {
      const stop = new AbortController()
      context.onCancel(() => stop.abort())
      return setTimeout(ms, undefined, { signal: stop.signal }).catch(() => undefined)
    },
  }
  const random = {
    uint32: () => randomBytes(4).readUInt32LE(0),
    bytes: ({ length }: { readonly length: number }) => new Uint8Array(randomBytes(length)),
  }
  const handlers: Record<string, unknown> = { FileSystem: files, Clock: clock, Random: random }
  return { environment: environment(handlers as Record<string, PortHandlers>), files }
}
