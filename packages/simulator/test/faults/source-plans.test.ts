import type { ArchivedSegment, BackupDescription } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFault, type SourceContents, sourcePlanOf } from '../../src/faults/index.ts'
import { RandomStream } from '../../src/kernel/index.ts'

const sha256 = (name: string) => name.padEnd(64, '0')

function backup(name: string, log: string, stop: number): BackupDescription {
  const file = (path: string, role: 'log' | 'data' | 'metadata', digest: string) => ({
    path,
    key: `${name}/${path}`,
    role,
    sizeBytes: 1_000,
    sha256: sha256(digest),
  })
  return {
    name,
    history: 'h',
    lineage: null,
    engineVersion: '0.1.0',
    formatVersion: 1,
    startPosition: String(stop),
    stopPosition: String(stop),
    startedAt: stop,
    stoppedAt: stop,
    recordCount: stop,
    totalBytes: 3_000,
    files: [
      file('backup-metadata.json', 'metadata', `${name}m`),
      file(`wal/${log}`, 'log', log),
      file('db/x', 'data', `${name}d`),
    ],
    signature: 'unchecked',
  }
}

const segment = (number: number): ArchivedSegment => ({
  key: `archive/segment-${number}`,
  fileName: `segment-${number}`,
  history: 'h',
  lineage: null,
  number,
  firstPosition: String(number * 10 + 1),
  lastPosition: String(number * 10 + 10),
  recordCount: 10,
  sizeBytes: 500,
  sha256: sha256(`segment-${number}`),
  predecessorSha256: null,
  firstRecordAt: 0,
  lastRecordAt: 0,
  signature: 'unchecked',
})

const contents: SourceContents = {
  backups: [backup('b2', 'segment-2', 30), backup('b1', 'segment-1', 20)],
  segments: [segment(3), segment(4), segment(5)],
  covered: [segment(2)],
  manifestKey: (name) => `${name}/manifest`,
}

function planned(text: string, seed = 1) {
  const fault = parseFault(text)
  const plan = sourcePlanOf(fault.kind)
  if (plan === null) throw new Error(`${text} plans nothing`)
  return plan(fault.with, contents, RandomStream.fromSeed(seed))
}

const SURE = [
  'corrupt-segment',
  'corrupt-segment:copies=all',
  'incomplete-backup',
  'partial-sync',
  'partial-sync:how=listing,where=archive,files=9',
  'partial-sync:where=archive,lasting=true',
  'truncated-object',
  'truncated-object:where=archive',
  'truncated-object:where=manifest,lasting=true',
  'truncated-object:where=sidecar,lasting=true',
]

describe('plans of faults at a source', () => {
  test('the same seed decides the same, and no plan is without something that tells of its striking (property)', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SURE), fc.nat(), (text, seed) => {
        const plan = planned(text, seed)
        expect(planned(text, seed)).toEqual(plan)
        expect(plan.rules.length).toBeGreaterThan(0)
        for (const { keys } of plan.rules) expect(keys?.length).toBeGreaterThan(0)
        for (const one of plan.alterations) {
          if (one.kind !== 'flip') continue
          expect(one.mask).toBeGreaterThan(0)
          expect(one.offset).toBeLessThan(1_000)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('other seeds strike elsewhere', () => {
    const struck = Array.from({ length: 20 }, (_, seed) => planned('corrupt-segment:copies=all', seed).detail)
    expect(new Set(struck).size).toBeGreaterThan(3)
  })

  test('damage to one copy strikes the one that is read first; damage to all strikes all', () => {
    expect(planned('corrupt-segment').alterations.map(({ key }) => key)).toEqual(['b2/wal/segment-2'])
    expect(planned('corrupt-segment:copies=all,segment=2').alterations.map(({ key }) => key)).toEqual([
      'b2/wal/segment-2',
      'archive/segment-2',
    ])
    const drawn = planned('corrupt-segment:copies=all').alterations.map(({ key }) => key)
    expect(contents.segments.map(({ key }) => key)).toEqual(expect.arrayContaining(drawn))
  })

  test('a listing may hide any segment with its sidecar, neighbours and the newest too', () => {
    const { rules } = planned('partial-sync:how=listing,where=archive,files=9')
    const all = ['3', '4', '5'].flatMap((n) => [`archive/segment-${n}`, `archive/segment-${n}.json`])
    expect([...(rules[0]?.keys ?? [])].sort()).toEqual(all)
  })

  test('a transfer that never comes was of the only copy', () => {
    const { rules } = planned('partial-sync:where=archive,files=9,lasting=true')
    expect([...(rules[0]?.keys ?? [])].sort()).toEqual([
      'archive/segment-3',
      'archive/segment-4',
      'archive/segment-5',
    ])
    const covered = { ...contents, segments: [segment(2), segment(3)] }
    const fault = parseFault('partial-sync:where=archive,files=9,lasting=true')
    const plan = sourcePlanOf(fault.kind)?.(fault.with, covered, RandomStream.fromSeed(1))
    expect(plan?.rules[0]?.keys).toEqual(['archive/segment-3'])
  })

  test("the newest segment's sidecar is never cut off: no successor vouches for it", () => {
    const struck = Array.from({ length: 30 }, (_, seed) => planned('truncated-object:where=sidecar', seed))
    expect(new Set(struck.flatMap(({ rules }) => rules[0]?.keys ?? []))).toEqual(
      new Set(['archive/segment-3.json', 'archive/segment-4.json']),
    )
  })

  test('the newest backups lose their manifests', () => {
    expect(planned('incomplete-backup:backups=2').alterations).toEqual([
      { kind: 'remove', key: 'b2/manifest' },
      { kind: 'remove', key: 'b1/manifest' },
    ])
  })

  test('a segment that is not there cannot be struck', () => {
    expect(() => planned('corrupt-segment:segment=77')).toThrow(/segment 77/)
  })
})
