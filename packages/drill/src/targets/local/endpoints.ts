import type { ServiceUnit } from '@dr-drill/runbook-core'

/** Learns where units listen from what they print when they are ready, as a person at the log would. */
export interface EndpointBook {
  /** A line that a unit printed. */
  onLine(unit: ServiceUnit, line: string): void
  /** Base URL under which a unit serves now; null before it said so. */
  urlOf(unitName: string): string | null
  /** Forgets a unit's address: it starts anew. */
  forget(unitName: string): void
}

const LISTENING = /\blistening on ((?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-f:]+\]):(\d{1,5})$/i

/** A book without entries. */
export function endpointBook(): EndpointBook {
  const urls = new Map<string, string>()
  return {
    onLine(unit, line) {
      const match = LISTENING.exec(line.trimEnd())
      if (match === null) return
      const [, host = '', port = ''] = match
      // All addresses include loopback, and a drill stays on it.
      const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '[::]' ? '[::1]' : host
      urls.set(unit.name, `http://${reachable}:${port}`)
    },
    urlOf: (unitName) => urls.get(unitName) ?? null,
    forget: (unitName) => urls.delete(unitName),
  }
}
