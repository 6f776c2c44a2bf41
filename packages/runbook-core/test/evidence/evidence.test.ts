import fc from 'fast-check'
import { expect, test } from 'vitest'
import { authenticity } from '../../src/evidence/authenticity.ts'
import { diskMeter } from '../../src/evidence/disk-peak.ts'
import { restoredRange } from '../../src/evidence/restored-range.ts'
import { compareCopies } from '../../src/evidence/source-copies.ts'
import type { Json, QualifiedRunbook, RunRecord } from '../../src/index.ts'

const uncancelled = { onCancel() {} }

/** A run in which one step of each given kind succeeded with the given output. */
function ran(
  outputs: Readonly<Record<string, Json>>,
  inputs: Readonly<Record<string, Json>> = {},
): [RunRecord, QualifiedRunbook] {
  const kinds = Object.keys(outputs)
  const steps = new Map(
    kinds.map((kind) => [
      kind,
      { id: kind, status: 'succeeded', output: outputs[kind], input: inputs[kind] },
    ]),
  )
  const runbook = { steps: kinds.map((kind) => ({ id: kind, action: { kind } })) }
  const started = { params: { 'trust-key': 'the key' } }
  return [{ steps, started } as unknown as RunRecord, runbook as unknown as QualifiedRunbook]
}

const segment = (fileName: string, sha256: string | null) => ({ fileName, sha256 })

test('what a signed record names is proven; a segment that nothing signed names is not', () => {
  const outputs = (signature: string) => ({
    'select-backup': {},
    'fetch-backup': { backup: { signature }, files: [{ sha256: 'a' }] },
    'select-log': { segments: [segment('1', 'a'), segment('2', 'b'), segment('3', null)] },
    'scan-log': { files: [segment('1', 'a'), segment('2', 'b'), segment('3', 'c')] },
  })
  const judged = (signature: string, backupKey: string, logKey: string) =>
    authenticity(
      ...ran(outputs(signature), {
        'select-backup': { trustKey: backupKey },
        'select-log': { trustKey: logKey },
      }),
    )
  const key = 'the key'
  expect(judged('valid', key, key)).toEqual({ verified: 3, failed: 0, unsigned: 1 })
  expect(judged('invalid', key, key)).toEqual({ verified: 2, failed: 1, unsigned: 1 })
  // A runbook that gives a step no key, or a key of its own, proves nothing by it.
  expect(judged('valid', key, '')).toEqual({ verified: 2, failed: 0, unsigned: 2 })
  expect(judged('valid', 'another', key)).toEqual({ verified: 2, failed: 0, unsigned: 2 })
  expect(judged('valid', '', '')).toEqual({ verified: 0, failed: 0, unsigned: 4 })
  expect(authenticity(...ran({ 'select-log': { segments: [] } }))).toBe(null)
})

test('the beginning of a segment is as genuine as the segment', () => {
  const outputs = {
    'select-backup': {},
    'fetch-backup': { backup: { signature: 'valid' }, files: [] },
    'select-log': { segments: [segment('1', 'a')] },
    'scan-log': {
      files: [
        { ...segment('1', 'cut'), cutFrom: 'a' },
        { ...segment('2', 'b'), cutFrom: 'c' },
      ],
    },
  }
  const inputs = { 'select-backup': { trustKey: 'the key' }, 'select-log': { trustKey: 'the key' } }
  expect(authenticity(...ran(outputs, inputs))).toEqual({ verified: 2, failed: 0, unsigned: 1 })
})

test('holes between placed segments are counted, overlaps are not', () => {
  const range = (...files: [string, string][]) =>
    restoredRange(
      ...ran({
        'fetch-backup': { backup: { recordCount: 10 } },
        'scan-log': {
          recordsBeyondBackup: 5,
          lastPosition: '15',
          files: files.map(([firstPosition, lastPosition]) => ({ firstPosition, lastPosition })),
        },
      }),
      15,
    )
  expect(range(['1', '10'], ['8', '12'], ['13', '15'])).toEqual({
    expectedRecords: 15,
    restoredRecords: 15,
    firstPosition: '1',
    lastPosition: '15',
    gaps: 0,
    histories: 1,
  })
  expect(range(['1', '10'], ['12', '15'])?.gaps).toBe(1)
})

test('every object of the source that is gone or different afterwards is found', () => {
  const store = fc.dictionary(fc.string({ maxLength: 3 }), fc.constantFrom('x', 'y'), { maxKeys: 20 })
  fc.assert(
    fc.property(store, store, (before, after) => {
      const found = compareCopies(new Map(Object.entries(before)), new Map(Object.entries(after)))
      const keys = Object.keys(before)
      expect(found.missing).toEqual(keys.filter((key) => !Object.hasOwn(after, key)))
      expect(found.changed).toEqual(
        keys.filter((key) => Object.hasOwn(after, key) && after[key] !== before[key]),
      )
      expect(found.before).toBe(keys.length)
      expect(found.after).toBe(keys.length - found.missing.length - found.changed.length)
    }),
    { numRuns: process.env.DRILL_TEST_LONG ? 2_000 : 100 },
  )
})

test('the meter tells the most bytes that ever lay there at once', () => {
  const nothing = () => undefined
  const meter = diskMeter({ write: nothing, truncate: nothing, rename: nothing, remove: nothing } as never)
  const { files } = meter
  const write = (path: string, offset: number, length: number) =>
    files.write({ path, offset, bytes: new Uint8Array(length) }, uncancelled)
  write('/a', 0, 100)
  write('/a', 50, 20)
  write('/b', 0, 40)
  files.rename({ from: '/b', to: '/a' }, uncancelled)
  expect(meter.peakBytes).toBe(140)
  write('/c', 0, 90)
  files.remove({ path: '/c' }, uncancelled)
  expect(meter.peakBytes).toBe(140)
  files.truncate({ path: '/a', sizeBytes: 1_000 }, uncancelled)
  expect(meter.peakBytes).toBe(1_000)
})
