import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalJson, type RunEvent } from '@dr-drill/runbook-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestsBelow } from '../support/footprint.ts'
import {
  eventsOf,
  machineOf,
  type RestoreSource,
  restoreRunbook,
  restoreSource,
  runByAgent,
  runHere,
} from './support/restore-runs.ts'

let base: string
let source: RestoreSource

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'drill-agent-'))
  source = await restoreSource(base)
})
afterAll(async () => {
  await source.server.close()
  rmSync(base, { recursive: true })
})

/** A step's events in their order; those of the run itself by their text, since steps side by side tell them as they come. */
function perStep(events: readonly RunEvent[]): Readonly<Record<string, readonly unknown[]>> {
  const steps: Record<string, unknown[]> = {}
  const others: string[] = []
  for (const event of events) {
    if ('step' in event) steps[event.step] = [...(steps[event.step] ?? []), event]
    else others.push(canonicalJson(event.type === 'clock-marked' ? { ...event, at: 0 } : event))
  }
  return { ...steps, '': others.sort() }
}

test('in process and by agent, a run tells the same of every step and leaves the same files', async () => {
  const runbook = restoreRunbook(source, 1, 1)
  const [here, there] = [join(base, 'here'), join(base, 'there')]
  for (const directory of [here, there]) mkdirSync(directory)
  expect((await runHere(here, runbook, source)).outcome).toBe('completed')
  expect((await runByAgent(there, runbook, machineOf(there, source), false)).outcome).toBe('completed')
  const [ours, theirs] = [await eventsOf(here), await eventsOf(there)]
  const fetched = ours.filter((event) => event.type === 'effect-intended' && event.method === 'download')
  expect(fetched.length).toBeGreaterThanOrEqual(20)
  expect(perStep(theirs)).toEqual(perStep(ours))
  expect(digestsBelow(join(there, 'root'))).toEqual(digestsBelow(join(here, 'root')))
})
