import { type QualifiedRunbook, utf8Encode } from '@dr-drill/runbook-core'
import { type DiskFault, RandomStream, SimulatedDisk } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { toyRunbook } from '../../../runbook-core/test/engine/support/toy-runbook.ts'
import { JOURNAL, journalOf, Process } from './support/drill.ts'

const runbook: QualifiedRunbook = toyRunbook([
  { id: 'one', kind: 'place', with: { path: '/data/in/one', seed: 'one ', length: 900 } },
  { id: 'two', kind: 'place', needs: ['one'], with: { path: '/data/in/two', seed: 'zwei', length: 900 } },
])

function freshDisk(): SimulatedDisk {
  const disk = new SimulatedDisk()
  disk.place('/data/in/old', utf8Encode('was here before'))
  disk.place('/run/keep', new Uint8Array())
  return disk
}

/** A disk on which a process died in the middle of the second step. */
function deadInStepTwo(): SimulatedDisk {
  const disk = freshDisk()
  const whole = new Process(disk.fork())
  whole.drill(runbook)
  const at = whole.log.lastIndexOf('write /data/in/two.part') + 1
  expect(new Process(disk, { at, effect: 'applied' }).drill(runbook)).toBeNull()
  return disk
}

function resumeCode(disk: SimulatedDisk): string {
  const exit = new Process(disk).drill(runbook)
  if (exit?.kind === 'success') return exit.value.outcome
  return exit?.kind === 'failure' ? (exit.error as { code: string }).code : 'interrupted'
}

test('what was there before the run and what its intents explain is no reason to refuse', () => {
  expect(resumeCode(deadInStepTwo())).toBe('completed')
})

test.each([
  ['a file that nobody intended', (disk: SimulatedDisk) => disk.place('/data/in/stray', utf8Encode('?'))],
  [
    'a directory that nobody intended',
    (disk: SimulatedDisk) => disk.place('/data/in/deep/x', utf8Encode('?')),
  ],
  [
    'a file that grew',
    (disk: SimulatedDisk) => disk.place('/data/in/old', utf8Encode('was here before, longer')),
  ],
  ['a file that is gone', (disk: SimulatedDisk) => disk.handlers().remove({ path: '/data/in/old' })],
])('%s makes resume refuse, and nothing is journalled or touched', (_, meddle) => {
  const disk = deadInStepTwo()
  meddle(disk)
  const before = journalOf(disk)
  const process = new Process(disk)
  expect(process.drill(runbook)).toMatchObject({ kind: 'failure', error: { code: 'world-unexplained' } })
  expect(process.changes).toBe(0)
  expect(journalOf(disk)).toEqual(before)
})

/** An fsync of the journal that lies from the n-th on. */
function lyingSync(from: number): DiskFault {
  let seen = 0
  return {
    kind: 'lying-fsync',
    meets: ({ method, path }) => {
      if (method !== 'sync' || path !== JOURNAL) return 'perform'
      seen += 1
      return seen > from ? 'pretend' : 'perform'
    },
    fork: () => lyingSync(from - seen),
  }
}

test('canary: when the fsync before an effect does nothing, power loss leaves effects that resume refuses', () => {
  let refused = 0
  let honest = 0
  for (let at = 20; at < 60; at += 1) {
    for (const lies of [true, false]) {
      const disk = freshDisk()
      const fault = lyingSync(3)
      if (lies) disk.addFault(fault)
      if (new Process(disk, { at, effect: 'applied' }).drill(runbook) !== null) continue
      disk.powerLoss(RandomStream.fromSeed(at), 'nothing')
      disk.removeFault(fault)
      const code = resumeCode(disk)
      if (lies && code === 'world-unexplained') refused += 1
      if (!lies) {
        expect(code).toBe('completed')
        honest += 1
      }
    }
  }
  expect(honest).toBeGreaterThan(10)
  expect(refused).toBeGreaterThan(0)
})
