import type { Lineage } from '@dr-drill/runbook-core'
import {
  backupName,
  type Manifest,
  METADATA_FILE,
  type SegmentSidecar,
  segmentFileName,
} from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'

/** Runs of a property; the long suite multiplies them. */
export const numRuns = process.env.DRILL_TEST_LONG === '1' ? 2000 : 80

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })

export const history = hex(32)
export const sha256 = hex(64)
/** 1970 to 2100, ms. */
export const instant = fc.integer({ min: 0, max: 4_102_444_800_000 })
const position = fc.integer({ min: 0, max: 2 ** 50 })

/** Where a history comes from that holds at most this position of its parent; null as earlier writers left it. */
const lineage = (last: number): fc.Arbitrary<Lineage | null> =>
  fc.oneof(
    fc.constant(null),
    fc.constant({ parentHistory: null, forkPosition: '0' }),
    fc.record({
      parentHistory: history,
      forkPosition: fc.integer({ min: 0, max: last }).map(String),
    }),
  )

/** A manifest that agrees with itself, as `writeManifest` takes it. */
export const manifest: fc.Arbitrary<Omit<Manifest, 'totalBytes'>> = fc
  .record({
    history,
    start: position,
    span: fc.nat(1000),
    startedAt: instant,
    tookMs: fc.nat(100_000),
    recordCount: fc.nat(),
    segments: fc.uniqueArray(fc.nat(200_000), { maxLength: 4 }),
    sha256,
    sizes: fc.array(fc.nat(2 ** 40), { minLength: 6, maxLength: 6 }),
  })
  .chain(({ start, ...rest }) => lineage(start).map((told) => ({ start, lineage: told, ...rest })))
  .map(({ start, span, startedAt, tookMs, segments, sizes, sha256, ...rest }) => ({
    ...rest,
    name: backupName(startedAt),
    engineVersion: '1.4.0',
    formatVersion: 1,
    startPosition: String(start),
    stopPosition: String(start + span),
    startedAt,
    stoppedAt: startedAt + tookMs,
    files: [
      METADATA_FILE,
      'db/checkpoint-1.kv',
      ...segments.map((number) => `wal/${segmentFileName(number)}`),
    ].map((path, index) => ({ path, sizeBytes: sizes[index]!, sha256 })),
  }))

/** A sidecar that agrees with itself. */
export const sidecar: fc.Arbitrary<SegmentSidecar> = fc
  .record({
    history,
    number: fc.nat(),
    first: fc.integer({ min: 1, max: 2 ** 50 }),
    recordCount: fc.integer({ min: 1, max: 1000 }),
    firstRecordAt: instant,
    tookMs: fc.nat(100_000),
    sizeBytes: fc.integer({ min: 1, max: 2 ** 40 }),
    sha256,
    predecessorSha256: fc.option(sha256),
  })
  .chain(({ first, ...rest }) => lineage(first - 1).map((told) => ({ first, lineage: told, ...rest })))
  .map(({ first, tookMs, ...rest }) => ({
    ...rest,
    firstPosition: String(first),
    lastPosition: String(first + rest.recordCount - 1),
    lastRecordAt: rest.firstRecordAt + tookMs,
  }))
