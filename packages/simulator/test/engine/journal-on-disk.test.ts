import {
  all,
  attempt,
  environment,
  Journal,
  type JournalEntry,
  journalHandlers,
  OperatingError,
  type PortHandlers,
  portableChecksums,
  provide,
  type RunEvent,
  readJournal,
  type Task,
} from '@dr-drill/runbook-core'
import { type DiskFault, RandomStream, SimulatedDisk } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { type Death, JOURNAL, journalOf, Process } from './support/drill.ts'

const checksums = portableChecksums
const note = (step: string): RunEvent => ({ type: 'step-undone', step })

function freshDisk(): SimulatedDisk {
  const disk = new SimulatedDisk()
  disk.place('/run/keep', new Uint8Array())
  return disk
}

/** Runs a task whose Journal is a file on the process's disk, going on after what lies there. */
function* journalled<A>(process: Process, gapMs: number, task: () => Task<A>): Task<A> {
  const entries: JournalEntry[] = []
  const end = yield* readJournal({ path: JOURNAL, checksums, onEntry: (entry) => entries.push(entry) })
  const there = process.disk.handlers().stat({ path: JOURNAL }) !== null
  const continuation = there ? { end, gapMs } : null
  const handlers = journalHandlers({ path: JOURNAL, storage: process.storage, checksums, continuation })
  return yield* provide(environment({ Journal: handlers as unknown as PortHandlers }), task())
}

const append = (step: string, durable: boolean) => Journal.append({ events: [note(step)], durable })

test('durable appends that wait at the same time share one fsync', () => {
  const process = new Process(freshDisk())
  process.syncMs = 50
  const tasks = Array.from({ length: 30 }, (_, index) => () => append(`s${index}`, true))
  function* work(): Task<void> {
    yield* append('first', true)
    process.log.length = 0
    yield* all(tasks, 30)
  }
  process.drive(journalled(process, 0, work))
  expect(journalOf(process.disk)).toHaveLength(31)
  // One for the first of them, one for all that came meanwhile.
  expect(process.log.filter((line) => line === `sync ${JOURNAL}`)).toHaveLength(2)
})

test('what is not durable does not wait for an fsync under way, and is written without one of its own', () => {
  const process = new Process(freshDisk())
  process.syncMs = 50
  const ended: [string, number][] = []
  function* timed(step: string, durable: boolean): Task<void> {
    yield* append(step, durable)
    ended.push([step, process.clock.now])
  }
  process.drive(journalled(process, 0, () => all([() => timed('a', true), () => timed('b', false)], 2)))
  expect(ended[0]?.[0]).toBe('b')
  expect(ended[1]?.[1]).toBeGreaterThanOrEqual((ended[0]?.[1] ?? 0) + 50)
  expect(journalOf(process.disk).map(({ event }) => event)).toEqual([note('a'), note('b')])
})

/** Appends ten entries, every third durable; answers which appends had returned as durable when the process died. */
function appendUntilDeath(disk: SimulatedDisk, death: Death | null) {
  const process = new Process(disk, death)
  let durable = 0
  function* work(): Task<void> {
    for (let index = 1; index <= 10; index += 1) {
      yield* append(`s${index}`, index % 3 === 0)
      if (index % 3 === 0) durable = index
    }
  }
  process.drive(journalled(process, 0, work))
  return { durable, changes: process.changes }
}

test('power loss at every change: what an append promised is there, what is there is a prefix, and it can go on', () => {
  const { changes } = appendUntilDeath(freshDisk(), null)
  for (let at = 1; at <= changes; at += 1) {
    for (const seed of [1, 2, 3, 4]) {
      const disk = freshDisk()
      const { durable } = appendUntilDeath(disk, { at, effect: seed % 2 === 0 ? 'torn' : 'applied' })
      disk.powerLoss(RandomStream.fromSeed(`${at}/${seed}`))
      const left = journalOf(disk)
      expect(left.length).toBeGreaterThanOrEqual(durable)
      expect(left.map(({ event }) => event)).toEqual(left.map((_, index) => note(`s${index + 1}`)))
      const next = new Process(disk)
      next.drive(journalled(next, 700, () => append('after', true)))
      const all = journalOf(disk)
      expect(all.slice(0, -1)).toEqual(left)
      expect(all.at(-1)?.event).toEqual(note('after'))
      if (left.length > 0) expect(all.at(-1)?.at).toBeGreaterThanOrEqual((left.at(-1)?.at ?? 0) + 700)
    }
  }
})

/**
 * A process dies with half a long line written; the next one cuts it off, writes lines of its own, and then the power fails. `lies`
 * makes the fsync after the cut do nothing. Answers whether the journal is refused.
 */
function isRefusedAfterCut(seed: number, lies: boolean): boolean {
  const disk = freshDisk()
  const long = (letter: string) => append(letter.repeat(3_000), false)
  function* first(): Task<void> {
    yield* append('start', true)
    yield* long('a')
  }
  const counted = new Process(disk.fork())
  counted.drive(journalled(counted, 0, first))
  const dying = new Process(disk, { at: counted.changes, effect: 'torn' })
  expect(dying.drive(journalled(dying, 0, first))).toBeNull()
  let synced = false
  const fault: DiskFault = {
    kind: 'lying-fsync',
    meets: ({ method }) => {
      const isCut = lies && method === 'sync' && !synced
      if (isCut) synced = true
      return isCut ? 'pretend' : 'perform'
    },
    fork: () => fault,
  }
  disk.addFault(fault)
  const next = new Process(disk)
  next.drive(journalled(next, 0, () => long('b')))
  disk.powerLoss(RandomStream.fromSeed(seed), 'mixture')
  try {
    expect(journalOf(disk).map(({ event }) => event)[0]).toEqual(note('start'))
    return false
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'journal-damaged') return true
    throw error
  }
}

test("canary: without the fsync after cutting a dead run's last line, power loss can make the journal look altered", () => {
  const seeds = Array.from({ length: 300 }, (_, index) => index)
  expect(seeds.some((seed) => isRefusedAfterCut(seed, true))).toBe(true)
  expect(seeds.filter((seed) => isRefusedAfterCut(seed, false))).toEqual([])
})

test('after a failed fsync nothing more is written, and every append fails alike', () => {
  const process = new Process(freshDisk())
  let failing = false
  process.disk.addFault({
    kind: 'failing-fsync',
    meets: ({ method }) => {
      if (failing && method === 'sync') throw new OperatingError('input-output', 'the device is gone')
      return 'perform'
    },
    fork: () => {
      throw new Error('not forked here')
    },
  })
  function* work(): Task<string[]> {
    yield* append('good', true)
    failing = true
    const codes: string[] = []
    for (const durable of [true, false, true]) {
      const result = yield* attempt(append('bad', durable))
      codes.push(result.ok ? 'none' : result.error.code)
      failing = false
    }
    return codes
  }
  const exit = process.drive(journalled(process, 0, work))
  expect(exit).toMatchObject({ kind: 'success', value: ['input-output', 'input-output', 'input-output'] })
  expect(process.log.filter((line) => line.startsWith('write '))).toHaveLength(2)
})

test('a new run never overwrites a journal', () => {
  const disk = freshDisk()
  appendUntilDeath(disk, null)
  const process = new Process(disk)
  const handlers = journalHandlers({ path: JOURNAL, storage: process.storage, checksums, continuation: null })
  const env = environment({ Journal: handlers as unknown as PortHandlers })
  expect(process.drive(provide(env, append('x', true)) as unknown as Task<void>)).toMatchObject({
    kind: 'failure',
    error: { code: 'file-exists' },
  })
})
