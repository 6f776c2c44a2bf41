import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunRequest } from './run-request.ts'

/**
 * Distance of history from the wall clock, ms: a world that was kept goes on where its production failed. Decided when a run
 * begins and the same after every resume.
 */
export function historyShift(work: string, request: RunRequest, failureAt: number | null): number {
  const file = join(work, 'clock.json')
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { historyShiftMs: number }).historyShiftMs
  } catch {
    // Not decided yet.
  }
  const keepsItsTime = request.source.kind !== 'generated' && failureAt !== null
  const historyShiftMs = keepsItsTime ? failureAt - Date.now() : 0
  writeFileSync(file, JSON.stringify({ historyShiftMs }))
  return historyShiftMs
}
