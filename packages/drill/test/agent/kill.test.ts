import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RandomStream } from '@dr-drill/simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestsBelow } from '../support/footprint.ts'
import { processesNaming, until } from '../support/processes.ts'
import {
  eventsOf,
  machineOf,
  type RestoreSource,
  restoreRunbook,
  restoreSource,
  runByAgent,
} from './support/restore-runs.ts'

const isLong = process.env.DRILL_TEST_LONG === '1'
/** Drawn anew each time and told when it fails; KILL_SEED draws the same again. */
const SEED = process.env.KILL_SEED ?? String(Date.now())
/** Kills of the short form; long: every effect. */
const SAMPLE = 4

let base: string
let source: RestoreSource
/** Every effect of a run that nobody kills, and what it leaves. */
let effects: number
let whole: ReadonlyMap<string, string>

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'drill-agent-kill-'))
  source = await restoreSource(base)
  const directory = join(base, 'whole')
  mkdirSync(directory)
  const count = join(base, 'effects')
  const machine = machineOf(directory, source, { env: { COUNT_FILE: count } })
  expect((await runByAgent(directory, restoreRunbook(source), machine, false)).outcome).toBe('completed')
  effects = readFileSync(count, 'utf8').split('\n').length - 1
  whole = digestsBelow(join(directory, 'root'))
})
afterAll(async () => {
  await source.server.close()
  rmSync(base, { recursive: true })
})

/** Every step ended well, every intent stands before the end of its effect, and no ordinal was given twice. */
async function expectWholeJournal(directory: string, told: string): Promise<void> {
  const events = await eventsOf(directory)
  const intended = new Set<string>()
  for (const event of events) {
    if (event.type !== 'effect-intended' && event.type !== 'effect-ended') continue
    const effect = `${event.step} ${event.ordinal}`
    if (event.type === 'effect-ended')
      expect(intended.has(effect), `${told}: ${effect} had no intent`).toBe(true)
    else expect(intended.has(effect), `${told}: ${effect} was intended twice`).toBe(false)
    intended.add(effect)
  }
  expect(events.at(-1), told).toMatchObject({ type: 'run-ended', outcome: 'completed' })
}

/** The runner goes on: the lost agent ends the run, and a resumed one converges. */
async function killedAndResumed(directory: string, env: Record<string, string>, told: string): Promise<void> {
  const runbook = restoreRunbook(source)
  const killed = await runByAgent(directory, runbook, machineOf(directory, source, { env }), false)
  expect([killed.outcome, killed.firstCause?.code], told).toEqual(['failed', 'agent-lost'])
  const resumed = await runByAgent(directory, runbook, machineOf(directory, source), true)
  expect([resumed.outcome, resumed.firstCause], told).toEqual(['completed', null])
}

/** A step that may be tried again is: by a second agent, which is told what the first did. */
async function killedAndRetried(directory: string, env: Record<string, string>, told: string): Promise<void> {
  const machine = machineOf(directory, source, { env })
  let agents = 0
  const start = () => {
    agents += 1
    return agents === 1 ? machine.start() : machineOf(directory, source).start()
  }
  const ended = await runByAgent(directory, restoreRunbook(source, 3), { ...machine, start }, false)
  expect([ended.outcome, ended.firstCause, agents], told).toEqual(['completed', null, 2])
}

async function kill(effect: number, moment: 'before' | 'after', way: 'resumed' | 'retried'): Promise<void> {
  const directory = join(base, `${effect}-${moment}-${way}`)
  mkdirSync(directory)
  const told = `KILL_SEED=${SEED}: killed ${moment} effect ${effect} of ${effects}, ${way}`
  const perform = way === 'resumed' ? killedAndResumed : killedAndRetried
  await perform(directory, { KILL_AT: `${effect}:${moment}` }, told)
  expect(digestsBelow(join(directory, 'root')), told).toEqual(whole)
  await expectWholeJournal(directory, told)
  await until(() => processesNaming(source.agent).length === 0)
  rmSync(directory, { recursive: true })
}

type Case = readonly [number, 'before' | 'after', 'resumed' | 'retried']

/** Each effect is resumed from, before and after; every third is also tried again within the run. */
function cases(): Case[] {
  const numbers = Array.from({ length: effects }, (_, index) => index + 1)
  const all = numbers.flatMap((effect): Case[] => [
    [effect, 'before', 'resumed'],
    [effect, 'after', 'resumed'],
    ...(effect % 3 === 0 ? ([[effect, effect % 2 === 0 ? 'before' : 'after', 'retried']] as const) : []),
  ])
  if (isLong) return all
  const random = RandomStream.fromSeed(SEED).split('kills')
  return Array.from({ length: SAMPLE }, () => all[random.integer(0, all.length - 1)] ?? all[0]!)
}

test('an agent killed at any effect of a restore is followed by one that ends as if nobody had been killed', async () => {
  expect(effects).toBeGreaterThan(100)
  const drawn = [...new Set(cases())]
  if (!isLong)
    console.log(`agent kills: KILL_SEED=${SEED}, ${drawn.map(String).join(' · ')} of ${effects} effects`)
  for (const [effect, moment, way] of drawn) await kill(effect, moment, way)
}, 3_600_000)
