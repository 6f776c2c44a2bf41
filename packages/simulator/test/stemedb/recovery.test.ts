import { portableChecksums, type Task } from '@dr-drill/runbook-core'
import {
  encodeHeader,
  HEADER_BYTES,
  type RecordFileHeader,
  readEnds,
  segmentFileName,
} from '@dr-drill/runbook-core/stemedb'
import { openEngine, type SimulatedDisk, type StemedbEngine } from '@dr-drill/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertion, DB, engineOptions, freshDisk, Host, readAll, WAL } from './support.ts'

const isLong = process.env.DRILL_TEST_LONG === '1'
const segment = (number: number): string => `${WAL}/${segmentFileName(number)}`
const HISTORY = 'a1'.repeat(16)

/** A log of three closed segments of four records each and an open one with two; `history` names it. */
function loggedDisk(history = HISTORY): SimulatedDisk {
  const host = new Host(freshDisk())
  host.must(fill(host.open({ beginHistory: history })))
  return host.disk
}

function* fill(engine: StemedbEngine): Task<void> {
  for (let n = 1; n <= 14; n += 1) {
    yield* engine.assert(assertion(n))
    if (n % 4 === 0) yield* engine.rotate()
  }
}

function bytesOf(disk: SimulatedDisk, path: string): Uint8Array {
  return disk.pristine(path).slice()
}

function codeOf(disk: SimulatedDisk): string {
  const host = new Host(disk)
  const lines: string[] = []
  const exit = host.run(openEngine(engineOptions({ onLog: (_level, line) => lines.push(line) })))
  expect(lines.some((line) => line.startsWith('Startup complete'))).toBe(false)
  if (exit?.kind === 'success') return 'opened'
  return exit?.kind === 'failure' ? (exit.error as { code: string }).code : 'crashed'
}

/** Changes a segment's header and mends its CRC, as a forger or a careless tool would. */
function withHeader(disk: SimulatedDisk, number: number, change: Partial<RecordFileHeader>): void {
  const host = new Host(disk)
  const { header } = host.must(readEnds(portableChecksums, segment(number)))
  const bytes = bytesOf(disk, segment(number))
  bytes.set(encodeHeader(portableChecksums, { ...header!, ...change }))
  disk.place(segment(number), bytes)
}

test('the untouched log opens whole', () => {
  const host = new Host(loggedDisk())
  expect(host.must(readAll(host.open())).size).toBe(14)
})

test.each([1, 2, 3])('a flipped byte of any record of closed segment %i is refused', (number) => {
  const disk = loggedDisk()
  const { sizeBytes } = disk.handlers().stat({ path: segment(number) })!
  for (let offset = HEADER_BYTES; offset < sizeBytes - 100; offset += 41) {
    const copy = disk.fork()
    copy.damage(segment(number), { offset, mask: Uint8Array.of(16), onRead: () => {} })
    expect(codeOf(copy), `offset ${offset}`).toBe('log-corrupt')
  }
})

test('a flipped byte anywhere in the log is refused, or costs nothing but the last group', () => {
  const disk = loggedDisk()
  const sizes = [1, 2, 3, 4].map((number) => disk.handlers().stat({ path: segment(number) })!.sizeBytes)
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (number, at, mask) => {
        const copy = disk.fork()
        const offset = at % sizes[number - 1]!
        copy.damage(segment(number), { offset, mask: Uint8Array.of(mask), onRead: () => {} })
        const host = new Host(copy)
        const exit = host.run(openEngine(engineOptions()))
        if (exit?.kind === 'failure') {
          expect(exit.error).toMatchObject({ code: expect.stringMatching(/^log-/) })
          return
        }
        // Only the end of the open segment can pass for an unfinished write.
        if (exit?.kind !== 'success') throw new Error('crashed')
        const found = host.must(readAll(exit.value))
        for (const [key, value] of found) expect(value).toEqual(assertion(Number(key.slice(4))))
        expect(found.size).toBeGreaterThanOrEqual(13)
      },
    ),
    { numRuns: isLong ? 3000 : 150 },
  )
})

test('a missing segment is a gap; without the first, or the middle one', () => {
  for (const number of [1, 2, 3]) {
    const disk = loggedDisk()
    disk.handlers().remove({ path: segment(number) })
    // Nothing in the headers tells a removed middle segment from one that never was: the positions do.
    expect(codeOf(disk)).toBe('log-gap')
  }
})

test('a segment that was never closed is refused when another follows it', () => {
  const disk = loggedDisk()
  const bytes = bytesOf(disk, segment(2))
  disk.place(segment(2), bytes.subarray(0, bytes.length - 1))
  expect(codeOf(disk)).toBe('log-corrupt')
})

test('two segments that were swapped, and one under another name, are refused', () => {
  const disk = loggedDisk()
  const [one, two] = [bytesOf(disk, segment(1)), bytesOf(disk, segment(2))]
  disk.place(segment(1), two)
  disk.place(segment(2), one)
  expect(codeOf(disk)).toBe('log-corrupt')
  const copied = loggedDisk()
  copied.place(segment(9), bytesOf(copied, segment(3)))
  expect(codeOf(copied)).toBe('log-corrupt')
})

test('a segment of another history is refused, whatever its positions', () => {
  const disk = loggedDisk()
  disk.place(segment(2), bytesOf(loggedDisk('b2'.repeat(16)), segment(2)))
  expect(codeOf(disk)).toBe('log-history-conflict')
})

test('a history that does not begin where its parent ends is refused', () => {
  const disk = loggedDisk()
  const host = new Host(disk)
  host.must(host.open({ beginHistory: 'c3'.repeat(16) }).assert(assertion(15)))
  expect(codeOf(disk.fork())).toBe('opened')
  for (const change of [{ forkPosition: 13 }, { parentHistory: 'd4'.repeat(16) }, { parentHistory: null }]) {
    const copy = disk.fork()
    withHeader(copy, 5, change)
    expect(codeOf(copy)).toBe('log-history-conflict')
  }
  withHeader(disk, 5, { forkPosition: 15 })
  expect(codeOf(disk)).toBe('log-corrupt')
})

test('segments that overlap are refused', () => {
  const disk = loggedDisk()
  withHeader(disk, 3, { firstPosition: 8 })
  expect(codeOf(disk)).toBe('log-history-conflict')
})

test('a number after which no name could follow is never written to', () => {
  const disk = loggedDisk()
  const last = 999_999_999_999_999
  withHeader(disk, 4, { number: last })
  disk.handlers().rename({ from: segment(4), to: segment(last) })
  const host = new Host(disk)
  const engine = host.open()
  expect(host.failureOf(engine.rotate()).code).toBe('log-corrupt')
  expect(host.failureOf(openEngine(engineOptions())).code).toBe('log-corrupt')
})

test('a checkpoint of another history than the log is refused', () => {
  const disk = loggedDisk()
  const other = new Host(loggedDisk('e5'.repeat(16)))
  const { path } = other.must(other.open().checkpoint())
  disk.place(path, other.disk.pristine(path))
  expect(codeOf(disk)).toBe('log-history-conflict')
})

test('a checkpoint and a log of one history that hold different records are refused', () => {
  const ours = loggedDisk()
  const other = new Host(loggedDisk(), { seed: 2 })
  const forged = new Host(freshDisk())
  const engine = forged.open({ beginHistory: HISTORY })
  for (let n = 1; n <= 14; n += 1) forged.must(engine.assert(assertion(n === 14 ? 999 : n)))
  const { path } = forged.must(engine.checkpoint())
  ours.place(path, forged.disk.pristine(path))
  expect(codeOf(ours)).toBe('log-history-conflict')
  expect(codeOf(other.disk)).toBe('opened')
})

test('an engine of a later format is told from damage', () => {
  const disk = loggedDisk()
  const bytes = bytesOf(disk, segment(4))
  const view = new DataView(bytes.buffer)
  view.setUint16(8, 2, true)
  view.setUint32(124, portableChecksums.crc32(bytes.subarray(0, 124)), true)
  disk.place(segment(4), bytes)
  expect(codeOf(disk)).toBe('version-mismatch')
})

test('an unfinished write stays where it is, is closed in, and is never returned', () => {
  const disk = loggedDisk()
  const whole = bytesOf(disk, segment(4))
  const torn = whole.subarray(0, whole.length - 5)
  disk.place(segment(4), torn)
  const host = new Host(disk)
  const lines: string[] = []
  const engine = host.open({ onLog: (level, line) => lines.push(`${level} ${line}`) })
  expect(lines).toContainEqual(expect.stringMatching(/^warn Unfinished write .* after position 13$/))
  expect(host.must(engine.assert(assertion(50)))).toMatchObject({ kind: 'created', position: 14 })
  expect(disk.pristine(segment(4)).subarray(0, torn.length)).toEqual(torn)
  const again = host.open()
  const keys = [...host.must(readAll(again)).keys()]
  expect(keys).toHaveLength(14)
  expect(keys).not.toContain('key-14')
  expect(keys).toContain('key-50')
})

test('cut anywhere, the open segment costs the cut records only, and the log goes on', () => {
  const disk = loggedDisk()
  const whole = bytesOf(disk, segment(4))
  for (let size = 0; size <= whole.length; size += isLong ? 1 : 9) {
    const copy = disk.fork()
    copy.place(segment(4), whole.subarray(0, size))
    const host = new Host(copy)
    const engine = host.open()
    const count = engine.health().assertionCount
    expect(count).toBeGreaterThanOrEqual(12)
    host.must(engine.assert(assertion(60)))
    host.must(engine.rotate())
    expect(host.must(readAll(host.open())).size).toBe(count + 1)
  }
})

test('a last file that was never finished is set aside, one that hides records is not', () => {
  const disk = loggedDisk()
  const empty = disk.fork()
  empty.place(segment(5), new Uint8Array(40))
  const host = new Host(empty)
  expect(host.must(readAll(host.open())).size).toBe(14)
  expect(empty.handlers().stat({ path: `${segment(5)}.torn-1` })).toMatchObject({ sizeBytes: 40 })
  const bytes = bytesOf(disk, segment(4))
  bytes[3]! ^= 1
  disk.place(segment(4), bytes)
  expect(codeOf(disk)).toBe('log-corrupt')
})

test('what lies beside the files is passed over', () => {
  const disk = loggedDisk()
  for (const path of [
    `${WAL}/notes.txt`,
    `${WAL}/segment-1.wal`,
    `${DB}/other.kv`,
    `${DB}/checkpoint-1.kv`,
  ]) {
    disk.place(path, Uint8Array.of(1, 2, 3))
  }
  disk.place(`${DB}/checkpoint-000000000009.kv.tmp`, Uint8Array.of(1))
  expect(codeOf(disk)).toBe('opened')
  expect(disk.handlers().stat({ path: `${DB}/checkpoint-000000000009.kv.tmp` })).toBeNull()
  expect(disk.handlers().stat({ path: `${WAL}/notes.txt` })).not.toBeNull()
})

test('hostile bytes in any file of the database end in a typed refusal or an honest opening', () => {
  const base = new Host(loggedDisk())
  base.must(base.open().checkpoint())
  const paths = [segment(1), segment(3), segment(4), `${DB}/checkpoint-000000000014.kv`]
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 20 })
  fc.assert(
    fc.property(fc.constantFrom(...paths), edits, fc.nat(), (path, changes, cut) => {
      const disk = base.disk.fork()
      const bytes = bytesOf(disk, path).slice(0, 1 + (cut % disk.pristine(path).length))
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      disk.place(path, bytes)
      expect(['opened', 'log-corrupt', 'log-gap', 'log-history-conflict', 'version-mismatch']).toContain(
        codeOf(disk),
      )
    }),
    { numRuns: isLong ? 3000 : 100 },
  )
})
