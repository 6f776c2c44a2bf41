import { attempt } from '@dr-drill/runbook-core'
import {
  readSegment,
  STEMEDB_PATHS,
  stemedbBackupFormat,
  stemedbLogFormat,
} from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { busyDay, checksums, freshDisk, Production, TRUST_KEY } from './production.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 1000 : 60
const log = stemedbLogFormat({ checksums })
const backups = stemedbBackupFormat({ checksums })

const SEGMENT = `${STEMEDB_PATHS.wal}/segment-00001.wal`
const CUT = `${STEMEDB_PATHS.backups}/cut.wal`
const RECORDS = 25

/** A host with one closed segment of 25 records; every second one is acknowledged in the same millisecond as the one before. */
function oneSegment(): Production {
  const production = new Production()
  production.start({ segmentSizeBytes: 1 << 20 })
  for (let n = 1; n <= RECORDS; n += 1) {
    if (n % 2 === 1) {
      production.kernel.after(5, () => undefined)
      production.kernel.advance()
    }
    production.write(n, n)
  }
  production.must(production.engine!.rotate())
  return production
}

const origin = oneSegment()
const bytes = origin.disk.pristine(SEGMENT)
const host = (damaged = bytes): Production => {
  const disk = freshDisk()
  disk.place(SEGMENT, damaged)
  return new Production({ disk })
}

/** Positions, times and bytes of a segment's records. */
function recordsOf(production: Production, path: string) {
  const { records } = production.must(readSegment(checksums, path))
  const found: { position: number; at: number; text: string }[] = []
  for (let batch = production.must(records.next()); batch !== null; batch = production.must(records.next())) {
    for (const { position, at, bytes: raw } of batch) {
      found.push({ position, at, text: Buffer.from(raw).toString('base64') })
    }
  }
  return found
}

const whole = recordsOf(origin, SEGMENT)

describe('cutting a segment', () => {
  const position = fc.integer({ min: 0, max: RECORDS + 3 }).map((last) => ({
    kind: 'position' as const,
    last: String(last),
  }))
  const time = fc
    .record({ index: fc.nat(RECORDS - 1), by: fc.constantFrom(-1, 0, 1), inclusive: fc.boolean() })
    .map(({ index, by, inclusive }) => ({ kind: 'time' as const, at: whole[index]!.at + by, inclusive }))

  it('keeps exactly the records within the bound, in a closed segment that scans clean, and leaves the original alone', () => {
    fc.assert(
      fc.property(fc.oneof(position, time), (bound) => {
        const production = host()
        const scan = production.must(log.cut({ from: SEGMENT, to: CUT, bound }))
        const expected = whole.filter((record) =>
          bound.kind === 'position'
            ? record.position <= Number(bound.last)
            : record.at < bound.at || (bound.inclusive && record.at === bound.at),
        )
        expect(scan).toMatchObject({ closed: true, damage: null, recordCount: expected.length })
        expect(recordsOf(production, CUT)).toEqual(expected)
        expect(production.disk.pristine(SEGMENT)).toEqual(bytes)
        // A second try over the first one's leftover gives the same.
        expect(production.must(log.cut({ from: SEGMENT, to: CUT, bound })).sha256).toBe(scan.sha256)
      }),
      { numRuns },
    )
  })

  it('of a damaged segment succeeds up to the damage and is refused beyond it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 128, max: bytes.length - 400 }), (at) => {
        const damaged = Uint8Array.from(bytes)
        damaged[at]! ^= 16
        const production = host(damaged)
        const { damage } = production.must(log.scan({ path: SEGMENT }))
        expect(damage?.kind).toBe('corrupt')
        const good = Number(damage?.after ?? 0)
        const cut = (last: number) =>
          attempt(log.cut({ from: SEGMENT, to: CUT, bound: { kind: 'position', last: String(last) } }))
        expect(production.must(cut(good))).toMatchObject({
          ok: true,
          value: { recordCount: good, damage: null },
        })
        if (good === RECORDS) return
        expect(production.must(cut(good + 1))).toMatchObject({ ok: false, error: { code: 'log-corrupt' } })
      }),
      { numRuns },
    )
  })
})

describe('positions', () => {
  it('are ordered, followed and counted as numbers, whatever their length', () => {
    const any = fc.integer({ min: 1, max: 2 ** 50 })
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(Math.sign(log.compare(String(a), String(b)))).toBe(Math.sign(a - b))
        expect(log.next(String(a))).toBe(String(a + 1))
        expect(log.distance(String(a), String(a + (b % 100)))).toBe((b % 100) + 1)
      }),
      { numRuns },
    )
    expect(() => log.compare('1', '-1')).toThrow(expect.objectContaining({ code: 'input-invalid' }))
  })
})

describe('listing an archive', () => {
  const { store } = busyDay()
  const list = (production: Production, after: string | null) =>
    production.must(log.list({ store: 'archive', trustKey: TRUST_KEY, after }))
  const all = list(new Production({ store }), null).segments

  it('after a position gives exactly the segments that reach beyond it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (after) => {
        const expected = all.filter((segment) => Number(segment.lastPosition) > after)
        expect(list(new Production({ store }), String(after)).segments).toEqual(expected)
      }),
      { numRuns },
    )
  })

  it('costs what is asked for, not the age of the archive (D30)', () => {
    const long = new Production()
    long.start()
    long.write(1, 300)
    long.must(long.archive())
    let sidecarsRead = 0
    const counting = new Production({
      store: long.store,
      middleware: () => (call, next) => {
        if (call.method === 'get') sidecarsRead += 1
        return next(call)
      },
    })
    expect(list(counting, '295').segments.length).toBeLessThan(5)
    expect(long.store.keys.length).toBeGreaterThan(64)
    expect(sidecarsRead).toBeLessThanOrEqual(16)
  })

  it('tells from a key alone what it claims', () => {
    const { key, history, number, fileName } = all[0]!
    const claim = { history, number, fileName, segmentKey: key }
    expect(log.parseKey(key)).toEqual(claim)
    expect(log.parseKey(`${key}.json`)).toEqual(claim)
    expect(log.parseKey('wal-archive/segment-00001.wal')).toBeNull()
  })
})

describe('verifying a placed backup', () => {
  const { store } = busyDay()
  const reader = new Production({ store })
  const [candidate] = reader.must(backups.list({ store: 'archive' }))
  const described = reader.must(
    backups.describe({ store: 'archive', candidate: candidate!, trustKey: TRUST_KEY }),
  )
  if (described.kind !== 'usable') throw new Error('the newest backup is usable')
  const { description } = described

  function placed(change: (path: string, content: Uint8Array) => Uint8Array | null): Production {
    const disk = freshDisk()
    for (const file of description.files) {
      const content = change(file.path, store.objects.get(file.key)!)
      if (content !== null) disk.place(`/var/backups/stemedb/b/${file.path}`, content)
    }
    return new Production({ disk })
  }
  const verify = (production: Production) =>
    production.must(backups.verify({ description, root: '/var/backups/stemedb/b' }))

  it('finds nothing wrong with what was backed up', () => {
    expect(verify(placed((_path, content) => content))).toEqual([])
  })

  it('finds any byte that changed, any file that was cut, exchanged or is missing', () => {
    const file = fc.constantFrom(...description.files)
    const change = fc.constantFrom('flip', 'cut', 'exchange', 'remove')
    fc.assert(
      fc.property(file, change, fc.nat(), ({ path: wanted, role }, kind, at) => {
        const other = description.files.find((one) => one.path !== wanted)!
        const production = placed((path, content) => {
          if (path !== wanted) return content
          if (kind === 'remove') return null
          if (kind === 'cut') return content.slice(0, at % content.length)
          if (kind === 'exchange') return store.objects.get(other.key)!
          const flipped = Uint8Array.from(content)
          flipped[at % content.length]! ^= 1 << (at % 8)
          return flipped
        })
        // The metadata need not have been placed.
        const isFine = kind === 'remove' && role === 'metadata'
        expect(verify(production).map((problem) => problem.path)).toEqual(isFine ? [] : [wanted])
      }),
      { numRuns },
    )
  })
})
