import {
  type BackupCandidate,
  type BackupDescription,
  type BackupFormat,
  driveSync,
  environment,
  type Task,
  unwrap,
} from '@dr-drill/runbook-core'
import { stemedbLogFormat } from '@dr-drill/runbook-core/stemedb'
import { describe, expect, it } from 'vitest'
import { selectBackup } from '../../../runbook-core/src/actions/restore/select-backup.ts'
import { toldRefusals } from '../../../runbook-core/src/actions/support/told-refusals.ts'
import { nativeChecksums } from '../../src/server/index.ts'

/** A world of one bucket, which lists these keys in one page; nothing can be read from it. */
const bucket = (keys: readonly string[]) =>
  environment({
    Log: { write: () => undefined },
    Clock: { drillNow: () => 0, historyNow: () => 0 },
    Random: { uint32: () => 0 },
    ObjectStore: {
      list: () => ({
        objects: keys.map((key) => ({ key, sizeBytes: 1, etag: '', lastModifiedAt: 0 })),
        prefixes: [],
        cursor: null,
      }),
    },
  } as never)

const described = (name: string, files: number): BackupDescription =>
  ({ name, stoppedAt: 0, totalBytes: 1, recordCount: 1, files: Array.from({ length: files }) }) as never

/** A format whose candidates are usable with so many files, or refused for 0. */
const format = (candidates: ReadonlyMap<string, number>): BackupFormat =>
  ({
    *list(): Task<BackupCandidate[]> {
      return [...candidates.keys()].map((name) => ({ name, namedAt: 0 }))
    },
    *describe({ candidate }: { candidate: BackupCandidate }) {
      const files = candidates.get(candidate.name) ?? 0
      return files > 0
        ? { kind: 'usable', description: described(candidate.name, files) }
        : { kind: 'refused', candidate, refusal: { reason: 'unreadable', detail: 'd'.repeat(2_000) } }
    },
  }) as never

const select = (candidates: ReadonlyMap<string, number>) => {
  const input = { store: 'source', trustKey: '', stoppedBy: null, patienceMs: 0 }
  const task = selectBackup(format(candidates) as never).run(input as never, {} as never)
  return performed(task as Task<unknown>, []) as ReturnType<typeof JSON.parse>
}

function performed<A>(task: Task<A>, keys: readonly string[]): A {
  const exit = driveSync(task, bucket(keys))
  if (exit === null) throw new TypeError('the task waits for something')
  return unwrap(exit)
}

describe('whoever may only add objects to the bucket cannot keep a step from ending', () => {
  it('by backups that are none', () => {
    const junk = Array.from(
      { length: 20_000 },
      (_, at) => [`stemedb-backup-${'x'.repeat(900)}${at}`, 0] as const,
    )
    const output = select(new Map([...junk, ['good', 3]]))
    expect(output.name).toBe('good')
    expect(output.refused.at(-1)).toMatchObject({ name: 'others', detail: '19500 more were refused' })
    expect(JSON.stringify(output).length).toBeLessThan(500_000)
  })

  it('by segments that are none: as many as a bucket may list take no time to speak of', () => {
    const history = `${'0'.repeat(31)}1`
    const keys = Array.from(
      { length: 130_000 },
      (_, at) => `wal-archive/${history}/segment-${100_000 + at}.wal`,
    )
    const listing = stemedbLogFormat({ checksums: nativeChecksums }).list({
      store: 'source',
      trustKey: null,
      after: null,
    })
    const { segments, refused } = performed(listing, [...keys, 'wal-archive/x'])
    expect([segments.length, refused.length]).toEqual([0, 130_001])
    // After what has no number: oldest first.
    expect([refused[1]?.key, refused.at(-1)?.key]).toEqual([keys[0], keys.at(-1)])
  })
})

it('months of usable backups fit an output: the newest stay', () => {
  const output = select(new Map(Array.from({ length: 100 }, (_, at) => [`b${at}`, 900] as const)))
  expect(output.usable.map((one: { name: string }) => one.name)).toEqual(['b0', 'b1', 'b2', 'b3'])
  expect(output.refused[0]).toMatchObject({ name: 'b4', reason: 'not-needed' })
  // The newest counts, however large.
  expect(select(new Map([['huge', 5_000]])).name).toBe('huge')
})

it('refusals are told one by one as long as they are few', () => {
  const few = Array.from({ length: 500 }, (_, index) => ({ name: `${index}`, reason: 'r', detail: 'd' }))
  expect(toldRefusals(few)).toEqual(few)
  expect(toldRefusals([...few, ...few]).at(-1)?.detail).toBe('500 more were refused')
})
