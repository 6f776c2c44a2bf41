import {
  driveSync,
  environment,
  invariant,
  openLedger,
  type PortHandlers,
  pull,
  type Task,
  unwrap,
} from '@dr-drill/runbook-core'
import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import {
  clockHandlers,
  drawDisaster,
  Kernel,
  openEngine,
  type Production,
  type ProductionOptions,
  RandomStream,
  randomHandlers,
  recordProduction,
  SimulatedDisk,
} from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const isLong = process.env.DRILL_TEST_LONG === '1'
const numRuns = isLong ? 400 : 25
const MANIFEST = '/manifest.jsonl'

const record = (seed: number, options: Partial<ProductionOptions> = {}): Production =>
  recordProduction({
    seed,
    assertions: 150,
    checksums: nativeChecksums,
    digests: nativeS3Digests,
    engineVersion: '0.1.0',
    artifacts: [{ key: 'artifacts/engine', bytes: new Uint8Array([1, 2, 3]) }],
    ...options,
  })

const production = record(3)
const { startedAt, endsAt, writes, ledger } = production
const anyInstant = fc.oneof(
  fc.integer({ min: startedAt, max: endsAt }),
  // The very instants at which something happened, and those beside them.
  fc
    .tuple(
      fc.constantFrom(...writes.map(({ writtenAt }) => writtenAt), ...ledger.map(({ at }) => at)),
      fc.integer({ min: -1, max: 1 }),
    )
    .map(([at, beside]) => Math.min(endsAt, Math.max(startedAt, at + beside))),
)

/** The value of a task over a disk. */
function perform<A>(task: Task<A>, disk: SimulatedDisk, atMs = 0): A {
  const ports = environment({
    FileSystem: disk.handlers(),
    Clock: clockHandlers(new Kernel(), { epochMs: atMs }),
    Random: randomHandlers(RandomStream.fromSeed(1)),
  } as unknown as Record<string, PortHandlers>)
  const exit = driveSync(task, ports)
  invariant(exit, 'nothing crashes here')
  return unwrap(exit)
}

describe('a cut', () => {
  test('holds what was written until then, whatever was cut before (property)', () => {
    fc.assert(
      fc.property(fc.array(anyInstant, { minLength: 1, maxLength: 4 }), (instants) => {
        for (const at of instants) {
          const source = production.cutAt(at).source()
          const until = writes.filter(({ writtenAt }) => writtenAt <= at)
          expect([...source.keys].sort()).toEqual([...new Set(until.map(({ key }) => key))].sort())
          for (const version of until) expect(source.history(version.key)).toContain(version)
          source.replace(source.keys[0]!, [])
        }
      }),
      { numRuns },
    )
  })

  test('knows the lines of the ledger until then, as a file and by key (property)', () => {
    fc.assert(
      fc.property(anyInstant, (at) => {
        const cut = production.cutAt(at)
        const expected = ledger.filter((line) => line.at <= at)
        expect(cut.lines).toBe(expected.length)
        const disk = new SimulatedDisk()
        disk.place('/ledger.jsonl', cut.ledgerFile())
        const read = perform(linesOf('/ledger.jsonl'), disk)
        expect(read).toEqual({ failureAt: at, keys: expected.map(({ op, key }) => `${op} ${key}`) })
        const { oracleLedger } = production
        for (const { key } of expected) {
          const told = expected.filter((line) => line.key === key)
          const count = (op: string): number => told.filter((line) => line.op === op).length
          const entry = oracleLedger.entryAt(oracleLedger.indexOf(key) as number, cut.lines)
          expect([entry?.submitted, entry?.failed]).toEqual([count('submitted'), count('failed')])
          expect(entry?.acknowledged === null).toBe(count('acknowledged') === 0)
        }
      }),
      { numRuns },
    )
  })

  test('has the disk of that instant: after a power failure it recovers all that was acknowledged (property)', () => {
    fc.assert(
      fc.property(anyInstant, fc.nat(), (at, seed) => {
        const cut = production.cutAt(at)
        const disk = cut.primaryDisk()
        disk.powerLoss(RandomStream.fromSeed(seed))
        const directories = { walDirectory: STEMEDB_PATHS.wal, dbDirectory: STEMEDB_PATHS.db }
        const opening = openEngine({ ...directories, checksums: nativeChecksums })
        // Before its first start is over there is nothing to recover, which is no error.
        const engine = perform(opening, disk, at)
        const known = ledger.slice(0, cut.lines)
        const count = (op: string): number => known.filter((line) => line.op === op).length
        const { assertionCount } = engine.health()
        expect(assertionCount).toBeGreaterThanOrEqual(count('acknowledged'))
        expect(assertionCount).toBeLessThanOrEqual(count('submitted') - count('failed'))
      }),
      { numRuns },
    )
  })
})

function* linesOf(path: string): Task<{ failureAt: number | null; keys: string[] }> {
  const lines = yield* openLedger(path)
  const keys: string[] = []
  for (let line = yield* pull(lines); line !== undefined; line = yield* pull(lines)) {
    keys.push(`${line.value.op} ${line.value.key}`)
  }
  return { failureAt: lines.header.failureAt, keys }
}

describe('a production', () => {
  test('is the same for the same seed, to the last byte and instant, and another for another', () => {
    const told = ({ writes, ledger, runs, history }: Production) => ({
      writes: writes.map(({ key, bytes, writtenAt, versionId }) => ({
        key,
        writtenAt,
        versionId,
        sha256: nativeChecksums.sha256Hex(bytes),
      })),
      ledger,
      runs,
      history,
    })
    expect(told(record(3))).toEqual(told(production))
    expect(told(record(4))).not.toEqual(told(production))
  })

  test('tells of writes that were refused, and may keep back what became of some that were not', () => {
    const quiet = record(5, { refusedPerMille: 100, unheardPerMille: 100 })
    const count = (op: string): number => quiet.ledger.filter((line) => line.op === op).length
    expect(count('failed')).toBeGreaterThan(0)
    expect(count('acknowledged') + count('failed')).toBeLessThan(count('submitted') - 1)
    const failed = quiet.ledger.filter(({ op }) => op === 'failed').map(({ key }) => key)
    const heard = new Set(quiet.ledger.filter(({ op }) => op === 'acknowledged').map(({ key }) => key))
    expect(failed.some((key) => heard.has(key))).toBe(false)
  })

  test('backs up, archives and verifies, whatever its seed', () => {
    for (let seed = 100; seed < (isLong ? 160 : 103); seed += 1) {
      const { runs } = record(seed, { assertions: 60 })
      const ended = runs.filter((run) => run.endedAt !== null)
      const services = ended.map(({ service }) => service.replace(/^stemedb-|\.service$/g, ''))
      expect(new Set(services), `seed ${seed}`).toEqual(new Set(['backup', 'archive-wal', 'verify-backup']))
      expect(services.filter((one) => one === 'backup').length, `seed ${seed}`).toBe(3)
    }
  })

  test('closes its segments early, so that a small history has many objects', () => {
    const fine = record(3, { segmentSizeBytes: 1024 })
    expect(fine.writes.length).toBeGreaterThan(writes.length)
  })
})

describe('a disaster', () => {
  const drawn = Array.from({ length: 200 }, (_, index) =>
    drawDisaster(production, RandomStream.fromSeed(index)),
  )
  const of = (moment: string) => drawn.filter((one) => one.moment === moment)

  test('strikes after the first backup, and before production ends', () => {
    const first = writes.find(({ key }) => key.endsWith(MANIFEST))!
    for (const { at } of drawn) {
      expect(at).toBeGreaterThanOrEqual(first.writtenAt)
      expect(at).toBeLessThanOrEqual(endsAt)
    }
  })

  test('during a backup may leave one without its manifest', () => {
    const incomplete = of('during-backup').filter(({ at }) => {
      const { keys } = production.cutAt(at).source()
      const backups = new Set(
        keys.filter((key) => key.startsWith('stemedb-backup-')).map((key) => key.split('/')[0]),
      )
      return [...backups].some((name) => !keys.includes(name + MANIFEST))
    })
    expect(incomplete.length).toBeGreaterThan(0)
  })

  test('during an archive cycle may leave a segment without its sidecar', () => {
    const torn = of('during-archive').filter(({ at }) => {
      const { keys } = production.cutAt(at).source()
      return keys.some(
        (key) => key.endsWith('.wal') && key.startsWith('wal-archive/') && !keys.includes(`${key}.json`),
      )
    })
    expect(torn.length).toBeGreaterThan(0)
  })

  test('during a commit finds a client that has not heard', () => {
    expect(of('during-commit').length).toBeGreaterThan(0)
    for (const { at } of of('during-commit')) {
      const known = ledger.slice(0, production.cutAt(at).lines)
      const heard = new Set(known.filter(({ op }) => op !== 'submitted').map(({ key }) => key))
      expect(known.some(({ op, key }) => op === 'submitted' && !heard.has(key))).toBe(true)
    }
  })
})
