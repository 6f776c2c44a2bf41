import type { ServiceUnit } from '@dr-drill/runbook-core'
import { startTimer } from '../../ports/clock.ts'
import { isLoopbackHost } from '../../ports/object-store/index.ts'

/** Learns where units listen from what they print when they are ready, as a person at the log would. */
export interface EndpointBook {
  /** A line that a unit printed. */
  onLine(unit: ServiceUnit, line: string): void
  /** Base URL under which a unit serves now; null before it said so. */
  urlOf(unitName: string): string | null
  /** Returns when the unit has said where it serves, or after `ms`. */
  whenKnown(unitName: string, ms: number): Promise<void>
  /** Forgets a unit's address: it starts anew. */
  forget(unitName: string): void
}

const LISTENING = /\blistening on ((?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-f:]+\]):(\d{1,5})$/i

/** A book without entries. */
export function endpointBook(): EndpointBook {
  const urls = new Map<string, string>()
  const waiting = new Map<string, (() => void)[]>()
  return {
    onLine(unit, line) {
      const match = LISTENING.exec(line.trimEnd())
      if (match === null) return
      const [, host = '', port = ''] = match
      // All addresses include loopback, and a drill stays on it.
      const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '[::]' ? '[::1]' : host
      // Nor does a line that a process prints send the run's token to another machine.
      if (!isLoopbackHost(reachable) || Number(port) > 65_535) return
      urls.set(unit.name, `http://${reachable}:${port}`)
      for (const wake of waiting.get(unit.name) ?? []) wake()
      waiting.delete(unit.name)
    },
    whenKnown: (unitName, ms) =>
      new Promise((resolve) => {
        if (urls.has(unitName)) return resolve()
        const timer = startTimer(ms, resolve)
        const wake = (): void => {
          timer.stop()
          resolve()
        }
        waiting.set(unitName, [...(waiting.get(unitName) ?? []), wake])
      }),
    urlOf: (unitName) => urls.get(unitName) ?? null,
    forget: (unitName) => urls.delete(unitName),
  }
}
