import { type ClockContract, Deferred, type PortHandler, type RandomContract } from '@dr-drill/runbook-core'
import type { Kernel } from './kernel.ts'
import type { RandomStream } from './random-stream.ts'

/** Where history time stands on a machine of the world. */
export interface HistoryTime {
  /** History time, ms since 1970, at virtual time 0. */
  readonly epochMs: number
  /** How far this machine's clock is ahead, ms; default 0. */
  readonly skewMs?: number
}

/** The port Clock of one machine: drill time is the kernel's, history time that of the world plus the machine's skew. */
export function clockHandlers(kernel: Kernel, history: HistoryTime): PortHandler<ClockContract> {
  const offsetMs = history.epochMs + (history.skewMs ?? 0)
  return {
    drillNow: () => kernel.nowMs,
    historyNow: () => kernel.nowMs + offsetMs,
    sleep({ ms }, context) {
      const done = new Deferred<void>()
      const cancel = kernel.after(Math.max(0, Math.ceil(ms)), () => done.succeed())
      context.onCancel(() => {
        cancel()
        if (done.exit === null) done.succeed()
      })
      return done
    },
  }
}

/** The port Random over one stream. */
export function randomHandlers(stream: RandomStream): PortHandler<RandomContract> {
  return {
    uint32: () => stream.uint32(),
    bytes: ({ length }) => stream.bytes(length),
  }
}
