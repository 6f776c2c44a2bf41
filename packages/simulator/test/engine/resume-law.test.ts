import { type QualifiedRunbook, stepState } from '@dr-drill/runbook-core'
import { RandomStream, SimulatedDisk } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { fromStep, toyRunbook } from '../../../runbook-core/test/engine/support/toy-runbook.ts'
import { type Death, journalOf, Process, tree } from './support/drill.ts'

const LONG = process.env.DRILL_TEST_LONG === '1'

const runbook: QualifiedRunbook = toyRunbook([
  { id: 'lock', kind: 'lock', with: { path: '/data/lock' } },
  { id: 'one', kind: 'place', needs: ['lock'], with: { path: '/data/in/one', seed: 'one ', length: 620 } },
  { id: 'two', kind: 'place', needs: ['lock'], with: { path: '/data/in/two', seed: 'zwei', length: 200 } },
  {
    id: 'join',
    kind: 'merge',
    needs: ['one', 'two'],
    input: {
      kind: 'object',
      entries: [
        [
          'from',
          {
            kind: 'list',
            items: ['/data/in/one', '/data/in/two'].map((value) => ({ kind: 'literal', value })),
          },
        ],
        ['to', { kind: 'literal', value: '/data/joined' }],
        ['note', fromStep('two', 'seed')],
      ],
    },
  },
  { id: 'unlock', kind: 'unlock', needs: ['join'], with: { path: '/data/lock' } },
])

function freshDisk(): SimulatedDisk {
  const disk = new SimulatedDisk()
  disk.place('/data/kept/before', new TextEncoder().encode('was here'))
  disk.place('/run/keep', new Uint8Array())
  return disk
}

const IDS = runbook.steps.map((step) => step.id)

/** What a finished run leaves: files, outputs, nothing held. */
function outcomeOf(disk: SimulatedDisk, process: Process) {
  const exit = process.drill(runbook)
  if (exit?.kind !== 'success') return exit
  const outputs = IDS.map((id) => stepState(exit.value.state, id)?.output)
  const { outcome, held } = exit.value
  return { outcome, held, outputs, files: tree(disk, '/data') }
}

const undisturbed = (() => {
  const disk = freshDisk()
  const process = new Process(disk)
  return { result: outcomeOf(disk, process), changes: process.changes, log: process.log }
})()

/** Dies once (or more often), each time resumed by a new process on what is left. */
function dieAndResume(deaths: readonly Death[], after: (disk: SimulatedDisk, index: number) => void) {
  const disk = freshDisk()
  for (const [index, death] of deaths.entries()) {
    const process = new Process(disk, death)
    const exit = process.drill(runbook)
    // Later processes may have less to do than the place where they were to die.
    if (exit !== null) return { disk, result: null }
    const { changes } = process
    while (process.clock.advance()) process.runtime.pump()
    expect(process.changes, 'nothing runs on after a crash').toBe(changes)
    after(disk, index)
  }
  return { disk, result: outcomeOf(disk, new Process(disk)) }
}

function assertSame(given: ReturnType<typeof dieAndResume>, what: string): void {
  if (given.result === null) return
  expect(given.result, what).toEqual(undisturbed.result)
  const entries = journalOf(given.disk)
  expect(entries.at(-1)?.event, what).toMatchObject({ type: 'run-ended', outcome: 'completed' })
  const owed = new Set<string>()
  let justResumed = false
  for (const { event } of entries) {
    if (event.type === 'obligation-taken') owed.add(event.obligation.id)
    if (event.type === 'obligation-discharged') owed.delete(event.id)
    if (event.type === 'run-resumed') justResumed = true
    if (event.type !== 'step-started') continue
    if (justResumed) expect(owed.size, `${what}: given back before anything starts`).toBe(0)
    justResumed = false
  }
  expect(owed.size, what).toBe(0)
}

const EFFECTS = ['not-applied', 'applied', 'torn'] as const
const PLACES = Array.from({ length: undisturbed.changes }, (_, index) => index + 1)

/**
 * Every place and effect that leaves a different disk: a change applied and then death is death before the next change, and only
 * writes can be torn. The long test runs them all.
 */
const DEATHS: readonly Death[] = PLACES.flatMap((at) =>
  EFFECTS.filter(
    (effect) =>
      LONG ||
      effect === 'not-applied' ||
      (effect === 'torn' && undisturbed.log[at - 1]?.startsWith('write ')) ||
      (effect === 'applied' && at === PLACES.length),
  ).map((effect): Death => ({ at, effect })),
)

test('an undisturbed run does what its actions say', () => {
  expect(undisturbed.result).toMatchObject({ outcome: 'completed', held: [] })
  expect(undisturbed.changes).toBeGreaterThan(60)
})

test('engine, executor and journal together write the same bytes under both drivers', async () => {
  const disks = [freshDisk(), freshDisk()] as const
  new Process(disks[0]).drill(runbook)
  expect((await new Process(disks[1]).drillAsync(runbook)).kind).toBe('success')
  expect(tree(disks[1], '/')).toEqual(tree(disks[0], '/'))
})

test('process death at every change of the disk, applied, not applied or torn: resume reaches the same state', () => {
  for (const death of DEATHS) {
    assertSame(
      dieAndResume([death], (disk) => disk.processDeath()),
      JSON.stringify(death),
    )
  }
})

test('power loss at every change of the disk: resume reaches the same state', () => {
  for (const [index, death] of DEATHS.entries()) {
    const short = [index % 3 === 0 ? ('nothing' as const) : ('mixture' as const)]
    const styles = LONG ? Array.from({ length: 40 }, () => undefined) : short
    for (const [seed, style] of styles.entries()) {
      const random = RandomStream.fromSeed(`${death.at}/${death.effect}/${seed}`)
      const lose = (disk: SimulatedDisk) => disk.powerLoss(random, style)
      assertSame(dieAndResume([death], lose), `${JSON.stringify(death)}, seed ${seed}`)
    }
  }
})

test('death upon death, of processes and of power: the last resume reaches the same state', () => {
  const random = RandomStream.fromSeed('death upon death')
  for (let round = 0; round < (LONG ? 3_000 : 25); round += 1) {
    const deaths = Array.from(
      { length: 3 },
      (): Death => ({
        at: random.integer(1, undisturbed.changes),
        effect: random.pick(EFFECTS),
      }),
    )
    const given = dieAndResume(deaths, (disk, index) => {
      if (random.chance(1, 2)) disk.powerLoss(random.split(`${round}/${index}`))
    })
    assertSame(given, `round ${round}: ${JSON.stringify(deaths)}`)
  }
})

test('interrupted at any instant, the run gives back what it holds; resumed, it reaches the same state', () => {
  let interrupted = 0
  for (let at = 0; at < 80; at += LONG ? 1 : 5) {
    const disk = freshDisk()
    const process = new Process(disk)
    if (process.interruptedAt(at, runbook)?.kind !== 'interrupted') continue
    expect(tree(disk, '/data')['/data/lock'], `at ${at}`).toBeUndefined()
    const last = journalOf(disk).at(-1)?.event
    if (last?.type !== 'run-ended') throw new Error(`interrupted at ${at}, the journal has no end`)
    // An interrupt that comes while a completed run ends changes nothing about it.
    if (last.outcome === 'completed') continue
    interrupted += 1
    expect(last).toMatchObject({ outcome: 'interrupted', firstCause: { code: 'cancelled' } })
    assertSame({ disk, result: outcomeOf(disk, new Process(disk)) }, `interrupted at ${at}`)
  }
  expect(interrupted).toBeGreaterThan(5)
})
