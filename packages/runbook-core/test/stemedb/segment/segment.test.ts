import { portableChecksums } from '@dr-drill/runbook-core'
import { readSegment, scanRecordFile, scanSegment } from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryFiles, readFrames, type SegmentPlan, writeSegment } from '../memory-files.ts'

const isLong = process.env.DRILL_TEST_LONG === '1'
const PATH = '/wal/segment-00007.wal'

const groups = fc.array(fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 6,
})

function written(plan: SegmentPlan): { files: MemoryFiles; bytes: Uint8Array; ends: number[] } {
  const files = new MemoryFiles()
  const ends = writeSegment(files, PATH, plan)
  return { files, bytes: files.files.get(PATH)!, ends }
}

const countOf = (plan: readonly (readonly number[])[]) => plan.reduce((sum, group) => sum + group.length, 0)

/** Records per group, up to and with each. */
const sums = (plan: readonly (readonly number[])[]) => plan.map((_, n) => countOf(plan.slice(0, n + 1)))

test('a segment reads back as it was written, open or closed', () => {
  fc.assert(
    fc.property(groups, fc.boolean(), (plan, closed) => {
      const { files, bytes } = written({ groups: plan, closed })
      const scan = files.run(scanSegment(portableChecksums, PATH))
      const count = countOf(plan)
      expect(scan).toEqual({
        path: PATH,
        history: 'ab'.repeat(16),
        lineage: { parentHistory: null, forkPosition: '0' },
        number: 7,
        firstPosition: '100',
        lastPosition: String(99 + count),
        recordCount: count,
        firstRecordAt: 1000,
        lastRecordAt: 999 + plan.length,
        closed,
        damage: null,
        sizeBytes: bytes.length,
        sha256: portableChecksums.sha256Hex(bytes),
      })
      const { records } = files.run(readSegment(portableChecksums, PATH))
      const frames = files.run(readFrames(records))
      expect(frames.map(({ position }) => position)).toEqual(Array.from({ length: count }, (_, n) => 100 + n))
      expect(records.stop).toBeNull()
    }),
    { numRuns: isLong ? 1000 : 60 },
  )
})

test('any flipped byte in a closed segment is found, at either depth', () => {
  const plan = { groups: [[10, 200], [0], [30, 5, 7]], closed: true }
  const { files, bytes } = written(plan)
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = bytes.slice()
    flipped[at]! ^= 1 << (at % 8)
    files.files.set(PATH, flipped)
    for (const depth of ['blocks', 'records'] as const) {
      const scan = files.run(scanSegment(portableChecksums, PATH, depth))
      if (scan.damage === null) expect.fail(`byte ${at} at depth ${depth}`)
    }
  }
})

test('the damage of a record names the last good position before it', () => {
  const { files, bytes, ends } = written({ groups: [[10], [10], [10]], closed: true })
  bytes[ends[1]! + 40]! ^= 1
  const { damage, recordCount } = files.run(scanSegment(portableChecksums, PATH))
  expect(damage).toMatchObject({ kind: 'corrupt', offset: ends[1], after: '100' })
  expect(recordCount).toBe(1)
})

test('cut at any byte, an open segment is a clean prefix of whole records', () => {
  fc.assert(
    fc.property(groups, (plan) => {
      const { files, bytes } = written({ groups: plan, closed: false })
      const whole = files.run(readFrames(files.run(readSegment(portableChecksums, PATH)).records))
      const recordEnds = [128, ...whole.map((frame) => frame.offset + frame.bytes.length)]
      for (let size = 0; size <= bytes.length; size += isLong ? 1 : 13) {
        files.files.set(PATH, bytes.slice(0, size))
        const scan = files.run(scanSegment(portableChecksums, PATH))
        const kept = recordEnds.filter((end) => end <= size).length - 1
        if (size < 128) expect(scan.damage?.kind).toBe('not-a-segment')
        else {
          expect(scan.recordCount).toBe(kept)
          expect(scan.damage?.kind ?? null).toBe(recordEnds.includes(size) ? null : 'torn-tail')
        }
      }
    }),
    { numRuns: isLong ? 30 : 6 },
  )
})

test('a hole in an open segment is torn when no later group was written, and corrupt when one was', () => {
  fc.assert(
    fc.property(groups, fc.nat(), fc.integer({ min: 1, max: 255 }), (plan, where, mask) => {
      const { files, bytes } = written({ groups: plan, closed: false })
      const frames = files.run(readFrames(files.run(readSegment(portableChecksums, PATH)).records))
      const hit = where % frames.length
      bytes[frames[hit]!.offset + (where % frames[hit]!.bytes.length)]! ^= mask
      const scan = files.run(scanSegment(portableChecksums, PATH))
      const isInLastGroup = hit >= (sums(plan).at(-2) ?? 0)
      expect(scan.damage?.kind).toBe(isInLastGroup ? 'torn-tail' : 'corrupt')
      expect(scan.recordCount).toBe(hit)
      expect(scan.damage?.after).toBe(hit === 0 ? null : String(99 + hit))
    }),
    { numRuns: isLong ? 2000 : 100 },
  )
})

test('hostile files give a scan with damage, never a crash, and no read is larger than a MiB and a record', () => {
  const { files, bytes } = written({ groups: [[10, 200], [0], [30, 5, 7]], closed: true })
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(edits, fc.nat(), fc.boolean(), (changes, cut, isCut) => {
      const hostile = bytes.slice(0, isCut ? cut % bytes.length : bytes.length)
      for (const [at, value] of changes) if (hostile.length > 0) hostile[at % hostile.length] = value
      files.files.set(PATH, hostile)
      const { damage } = files.run(scanSegment(portableChecksums, PATH))
      const isSame = hostile.length === bytes.length && hostile.every((byte, at) => byte === bytes[at])
      const isOpen = hostile.length < bytes.length
      if (!isSame && !isOpen) expect(damage).not.toBeNull()
    }),
    { numRuns: isLong ? 5000 : 300 },
  )
  expect(files.readBytesMax).toBeLessThanOrEqual((2 << 20) + 32)
})

test('records that are crafted to be tried again and again are given up on', () => {
  const files = new MemoryFiles()
  writeSegment(files, PATH, { groups: [[1]], closed: false })
  const good = files.files.get(PATH)!
  const crafted = new Uint8Array(good.length + 400_000)
  crafted.set(good)
  const view = new DataView(crafted.buffer)
  // Each 32 bytes claim a record of 300 KiB, written when everything was durable.
  for (let at = good.length; at + 32 <= crafted.length; at += 32) {
    view.setUint32(at + 4, 300_000, true)
    view.setUint32(at + 8, 5000, true)
    view.setUint32(at + 24, 4000, true)
  }
  files.files.set(PATH, crafted)
  const scan = files.run(scanSegment(portableChecksums, PATH))
  expect(scan.damage?.kind).toBe('corrupt')
})

test('a checkpoint is not a segment, and a missing file is an error', () => {
  const files = new MemoryFiles()
  writeSegment(files, PATH, { groups: [[1]], closed: true })
  const options = { depth: 'records', digest: false, expect: 'checkpoint' } as const
  expect(files.run(scanRecordFile(portableChecksums, PATH, options)).damage?.kind).toBe('not-a-segment')
  expect(files.failureOf(scanSegment(portableChecksums, '/absent')).code).toBe('file-missing')
  files.files.set('/empty', new Uint8Array(0))
  expect(files.failureOf(readSegment(portableChecksums, '/empty')).code).toBe('log-corrupt')
})

test('memory does not grow with the segment: a long one is read a MiB at a time', () => {
  const files = new MemoryFiles()
  writeSegment(files, PATH, { groups: Array.from({ length: 60 }, () => [60_000]), closed: true })
  files.readBytesMax = 0
  const { recordCount, damage } = files.run(scanSegment(portableChecksums, PATH))
  expect({ recordCount, damage }).toEqual({ recordCount: 60, damage: null })
  expect(files.readBytesMax).toBe(1 << 20)
})
