import {
  driveSync,
  endLine,
  environment,
  formatInstant,
  judgeFiles,
  type PortHandlers,
  readbackHeaderLine,
  readbackLine,
  type Task,
} from '@dr-drill/runbook-core'
import {
  assertionDigest,
  decodeAssertion,
  openEnvelope,
  readManifest,
  readSegment,
  readSidecar,
} from '@dr-drill/runbook-core/stemedb'
import {
  generateWorld,
  PRODUCTION_BUCKET,
  RandomStream,
  SimulatedDisk,
  type World,
  worldFailureAt,
} from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'
import { describe, expect, test } from 'vitest'

const isLong = process.env.DRILL_TEST_LONG === '1'
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY = Date.UTC(2026, 1, 11)
const OBJECTS = `/buckets/${PRODUCTION_BUCKET}/objects`

interface Made {
  readonly world: World
  readonly ledger: string
}

function make(seed: number, assertions = 60, shiftMs = 0): Made {
  const lines: string[] = []
  const world = generateWorld({
    seed,
    assertions,
    shiftMs,
    checksums: nativeChecksums,
    digests: nativeS3Digests,
    engineVersion: '0.1.0',
    artifacts: [{ key: 'artifacts/engine', bytes: new Uint8Array([1, 2, 3]) }],
    ledger: (line) => lines.push(line),
  })
  return { world, ledger: lines.join('') }
}

const imageOf = ({ world, ledger }: Made): string =>
  `${world.s3.image(nativeChecksums.sha256())} ${nativeChecksums.sha256Hex(Buffer.from(ledger))}`

/** Bytes of every object by key, read from the disk of the object store as docs/s3-storage.md says. */
function objectsOf(disk: SimulatedDisk, path = OBJECTS): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>()
  for (const { name, type } of disk.handlers().list({ path })) {
    const below = `${path}/${name}`
    if (type === 'directory') for (const [key, bytes] of objectsOf(disk, below)) found.set(key, bytes)
    else if (!/@[0-9a-f]+\.json$/.test(name)) {
      found.set(below.slice(OBJECTS.length + 1, below.lastIndexOf('@')), disk.pristine(below))
    }
  }
  return found
}

/** Records of a segment: key, digest and position of each. */
function recordsOf(bytes: Uint8Array) {
  const disk = new SimulatedDisk()
  disk.place('/segment', bytes)
  const reading = function* () {
    const { records } = yield* readSegment(nativeChecksums, '/segment')
    const found: { key: string; digest: string; position: number; at: number }[] = []
    for (let batch = yield* records.next(); batch !== null; batch = yield* records.next()) {
      for (const { body, position, at } of batch) {
        const assertion = decodeAssertion(body)
        found.push({ key: assertion.id, digest: assertionDigest(nativeChecksums, assertion), position, at })
      }
    }
    return found
  }
  return perform(reading(), disk)
}

/** The value of a task over a disk. */
function perform<A>(task: Task<A>, disk: SimulatedDisk): A {
  const exit = driveSync(task, environment({ FileSystem: disk.handlers() as unknown as PortHandlers }))
  if (exit?.kind !== 'success') throw exit?.kind === 'failure' ? exit.error : new Error('it was interrupted')
  return exit.value
}

interface Line {
  readonly op?: string
  readonly kind?: string
  readonly key: string
  readonly digest: string
  readonly position: string
  readonly at: number
}
const linesOf = (ledger: string): Line[] =>
  ledger
    .trimEnd()
    .split('\n')
    .map((line) => {
      const fields = JSON.parse(line) as Line & { readonly at?: string }
      return fields.at === undefined ? fields : { ...fields, at: Date.parse(fields.at) }
    })

test('the instant of the failure is drawn from the evening, outside an archive cycle', () => {
  for (let seed = 0; seed < (isLong ? 20_000 : 2_000); seed += 1) {
    const at = worldFailureAt(seed)
    expect(at, `seed ${seed}`).toBeGreaterThanOrEqual(DAY + 18 * HOUR_MS + 20 * MINUTE_MS)
    expect(at, `seed ${seed}`).toBeLessThanOrEqual(DAY + 20 * HOUR_MS + 59 * MINUTE_MS)
    const sinceCycle = (at - DAY) % (15 * MINUTE_MS)
    expect(Math.min(sinceCycle - MINUTE_MS, 15 * MINUTE_MS - sinceCycle), `seed ${seed}`).toBeGreaterThan(0)
  }
})

test('the same seed and shift give the same bytes; another seed, size or shift gives others', () => {
  const [first, again] = [make(3), make(3)]
  expect(imageOf(again)).toBe(imageOf(first))
  const shift = 286 * 24 * HOUR_MS + 12_345
  const [shifted, shiftedAgain] = [make(3, 60, shift), make(3, 60, shift)]
  expect(imageOf(shiftedAgain)).toBe(imageOf(shifted))
  const others = [shifted, make(4), make(3, 61)]
  expect(new Set([first, ...others].map(imageOf)).size).toBe(4)
})

test('a shift moves the whole history and nothing in it', () => {
  const shift = 40 * 24 * HOUR_MS
  const [plain, moved] = [make(6), make(6, 60, shift)]
  expect(moved.world.failureAt - plain.world.failureAt).toBe(shift)
  const known = (made: Made) =>
    linesOf(made.ledger)
      .filter(({ op }) => op !== undefined)
      .map(({ op, key, digest, position, at }) => ({ op, key, digest, position, at }))
  const expected = known(plain).map((line) =>
    line.at === undefined ? line : { ...line, at: line.at + shift },
  )
  expect(known(moved)).toEqual(expected)
})

describe.each(isLong ? [1, 2, 5, 7, 11, 13] : [1, 5])('the history of seed %i', (seed) => {
  const made = make(seed, 80)
  const objects = objectsOf(made.world.s3)
  const keys = [...objects.keys()]
  const payload = (key: string) => openEnvelope(objects.get(key) ?? new Uint8Array(0)).payload
  const acknowledged = linesOf(made.ledger).filter(({ op }) => op === 'acknowledged')
  const archive = keys.filter((key) => /^wal-archive\/.*\.wal$/.test(key)).sort()

  test('has its three backups, each of what was acknowledged by then', () => {
    const manifests = keys.filter((key) => key.endsWith('/manifest.jsonl')).sort()
    const read = manifests.map((key) => readManifest(payload(key)))
    const starts = read.map(({ startedAt }) => formatInstant(startedAt).slice(0, 16))
    expect(starts).toEqual(['2026-02-11T06:00', '2026-02-11T12:00', '2026-02-11T18:00'])
    for (const { startedAt, recordCount } of read) {
      const before = acknowledged.filter(({ at }) => at < startedAt).length
      expect(Math.abs(recordCount - before)).toBeLessThanOrEqual(8)
    }
  })

  test('has an archive without a hole, of which every segment was archived by the next cycle', () => {
    const sidecars = archive.map((key) => readSidecar(payload(`${key}.json`)))
    let last = 0
    let predecessor: string | null = null
    for (const [index, sidecar] of sidecars.entries()) {
      expect(Number(sidecar.firstPosition)).toBe(last + 1)
      expect(sidecar.predecessorSha256).toBe(predecessor)
      const cycle = (at: number) => Math.floor((at - DAY) / (15 * MINUTE_MS))
      // A cycle closes what was written until it came: no segment spans two of them.
      expect(cycle(sidecar.lastRecordAt) - cycle(sidecar.firstRecordAt), archive[index]).toBeLessThanOrEqual(
        1,
      )
      last = Number(sidecar.lastPosition)
      predecessor = sidecar.sha256
    }
    const lastCycle = made.world.failureAt - ((made.world.failureAt - DAY) % (15 * MINUTE_MS))
    const missed = acknowledged.filter(({ position }) => Number(position) > last)
    expect(missed.every(({ at }) => at >= lastCycle)).toBe(true)
  })

  test('has a ledger that tells all: what the segments hold is its beginning, the unarchived tail its end', () => {
    const records = archive.flatMap((key) => recordsOf(objects.get(key) ?? new Uint8Array(0)))
    expect(records).toEqual(
      acknowledged.slice(0, records.length).map(({ key, digest, position, at }) => ({
        key,
        digest,
        position: Number(position),
        at,
      })),
    )
    expect(acknowledged.length - records.length).toBeGreaterThan(0)
    expect(acknowledged.length).toBe(80)
    const submitted = linesOf(made.ledger).filter(({ op }) => op === 'submitted')
    // The last client never heard of its write.
    expect(submitted.length).toBe(81)
    const begun = new Set<string>()
    for (const { op, key } of linesOf(made.ledger)) {
      if (op === 'submitted') begun.add(key)
      else if (op === 'acknowledged') expect(begun.has(key)).toBe(true)
    }
  })

  test('is judged, ledger against a readback made from its segments alone, to have lost its tail and nothing else', () => {
    const records = archive.flatMap((key) => recordsOf(objects.get(key) ?? new Uint8Array(0)))
    const disk = new SimulatedDisk()
    const readback = [
      readbackHeaderLine({ order: 'none' }),
      ...records.map(({ key, digest }) => readbackLine({ key, digest })),
      endLine(records.length),
    ].join('')
    disk.place('/ledger.jsonl', Buffer.from(made.ledger))
    disk.place('/readback.jsonl', Buffer.from(readback))
    disk.place('/work/.keep', new Uint8Array(0))
    const { judgement, exitCode } = perform(
      judgeFiles({
        ledger: '/ledger.jsonl',
        readback: '/readback.jsonl',
        workPath: '/work',
        failureAt: null,
      }),
      disk,
    )
    const lost = acknowledged.length - records.length
    expect([exitCode, judgement.verdict.kind]).toEqual([0, 'restored-with-loss'])
    expect(judgement.loss).toMatchObject({
      recovered: records.length,
      lost,
      altered: 0,
      duplicated: 0,
      unexpected: 0,
    })
    const [oldest] = acknowledged.slice(records.length)
    expect(judgement.rpo.lossWindowMs).toBe(made.world.failureAt - (oldest?.at ?? 0))
  })

  test('is signed by its trust key', () => {
    const publicKey = Buffer.from(made.world.trustKey, 'hex')
    for (const key of keys.filter((one) => /(manifest\.jsonl|\.wal\.json)$/.test(one))) {
      const { payload: signed, signature } = openEnvelope(objects.get(key) ?? new Uint8Array(0))
      expect(
        nativeChecksums.ed25519Verify(publicKey, signed, signature?.bytes ?? new Uint8Array(64)),
        key,
      ).toBe(true)
    }
  })
})

test('the tail is unarchived however the seed falls', () => {
  const random = RandomStream.fromSeed('tails')
  for (let run = 0; run < (isLong ? 30 : 3); run += 1) {
    const seed = random.integer(0, 1_000_000)
    const { world } = make(seed, random.integer(30, 60))
    const last = Math.max(
      ...[...objectsOf(world.s3)]
        .filter(([key]) => key.endsWith('.wal.json'))
        .map(([, bytes]) => Number(readSidecar(openEnvelope(bytes).payload).lastPosition)),
    )
    expect(world.acknowledged - last, `seed ${seed}`).toBeGreaterThan(0)
  }
})
