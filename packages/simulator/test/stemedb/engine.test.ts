import { Deferred, fork, OperatingError, type Task } from '@dr-drill/runbook-core'
import { checkpointFileName, segmentFileName } from '@dr-drill/runbook-core/stemedb'
import { openEngine, type Query, type QueryPage, type StemedbEngine } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { assertion, DB, engineOptions, freshDisk, Host, readAll, WAL } from './support.ts'

function* assertRange(engine: StemedbEngine, from: number, to: number): Task<void> {
  for (let n = from; n <= to; n += 1) yield* engine.assert(assertion(n))
}

function ask(over: Partial<Query>): Query {
  return { conceptPath: '*', predicate: null, lens: 'recency', limit: 100, cursor: null, ...over }
}

test('a start prints the lines of the service in order and word for word', () => {
  const host = new Host(freshDisk())
  host.must(assertRange(host.open(), 1, 3))
  const lines: string[] = []
  host.open({ onLog: (level, line) => lines.push(`${level} ${line}`) })
  expect(lines).toEqual([
    'info Starting WAL recovery...',
    'info Replayed 3 entries from WAL',
    'info Rebuilding indexes...',
  ])
})

test('what was asserted is found again by path, prefix, predicate, recency and position', () => {
  const host = new Host(freshDisk())
  const engine = host.open()
  host.must(assertRange(engine, 1, 30))
  const keys = (query: Partial<Query>) =>
    host.must(engine.query(ask(query))).assertions.map(({ assertion: { id } }) => id)
  expect(keys({ limit: 2 })).toEqual(['key-30', 'key-29'])
  expect(keys({ lens: 'position', limit: 2, cursor: 5 })).toEqual(['key-6', 'key-7'])
  expect(keys({ conceptPath: 'plant/3/sensor-10' })).toEqual(['key-10'])
  expect(keys({ conceptPath: 'plant/3/*' })).toEqual(['key-24', 'key-17', 'key-10', 'key-3'])
  expect(keys({ conceptPath: 'plant/3/*', predicate: 'reads' })).toEqual(['key-24', 'key-10'])
  expect(keys({ conceptPath: 'plant/3' })).toEqual([])
  expect(keys({ conceptPath: 'plant', predicate: 'absent' })).toEqual([])
})

test('pages with a cursor give every record once, in both lenses, while others write', () => {
  const host = new Host(freshDisk())
  const engine = host.open({ segmentSizeBytes: 2000 })
  host.must(assertRange(engine, 1, 40))
  for (const lens of ['recency', 'position'] as const) {
    const seen: number[] = []
    let cursor: number | null = null
    do {
      const page: QueryPage = host.must(engine.query(ask({ lens, limit: 7, cursor })))
      for (const { position } of page.assertions) seen.push(position)
      cursor = page.cursor
      if (lens === 'recency' && seen.length < 20) host.must(engine.assert(assertion(1000 + seen.length)))
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThanOrEqual(40)
  }
})

test('the same id with the same content is one record; with other content it is a conflict', () => {
  const host = new Host(freshDisk())
  const engine = host.open()
  const first = host.must(engine.assert(assertion(1)))
  expect(host.must(engine.assert(assertion(1)))).toEqual({ ...first, kind: 'existing' })
  expect(host.must(engine.assert({ ...assertion(1), value: 2 })).kind).toBe('conflict')
  const reopened = host.open()
  expect(host.must(reopened.assert(assertion(1)))).toEqual({ ...first, kind: 'existing' })
  expect(reopened.health().assertionCount).toBe(1)
})

test('many writers share an fsync, and each learns its own outcome', () => {
  const syncs: string[] = []
  const gate = new Deferred<null>()
  const host = new Host(freshDisk(), {
    middleware: (call, next) => {
      if (call.method !== 'sync') return next(call)
      syncs.push((call.input as { path: string }).path)
      if (syncs.length !== 2) return next(call)
      return (function* (): Task<unknown> {
        yield* gate.wait()
        return next(call)
      })()
    },
  })
  const engine = host.open()
  function* writers(): Task<string[]> {
    const fibers = []
    const load = [assertion(1), assertion(2), assertion(3), assertion(2), { ...assertion(3), value: 0 }]
    for (const one of load) fibers.push(yield* fork(engine.assert(one)))
    yield* fork(
      (function* (): Task<void> {
        gate.succeed(null)
      })(),
    )
    const kinds: string[] = []
    for (const fiber of fibers) {
      const exit = yield* fiber.done.wait()
      kinds.push(exit.kind === 'success' ? `${exit.value.kind} ${exit.value.position}` : exit.kind)
    }
    return kinds
  }
  expect(host.must(writers())).toEqual(['created 1', 'created 2', 'created 3', 'existing 2', 'conflict 3'])
  // One for the new segment's header, one for the leader alone, one for all that came meanwhile.
  expect(syncs).toHaveLength(3)
})

test('an interrupted writer leaves no half of a group and hands over to the next', () => {
  const gate = new Deferred<null>()
  let held = false
  const host = new Host(freshDisk(), {
    middleware: (call, next) => {
      const { path } = call.input as { path: string }
      if (call.method !== 'write' || held || !path.endsWith('.wal')) return next(call)
      const isHeader = (call.input as { offset: number }).offset === 0
      if (isHeader) return next(call)
      held = true
      return (function* (): Task<unknown> {
        yield* gate.wait()
        return next(call)
      })()
    },
  })
  const engine = host.open()
  function* main(): Task<string> {
    const leader = yield* fork(engine.assert(assertion(1)))
    const follower = yield* fork(engine.assert(assertion(2)))
    yield* fork(
      (function* (): Task<void> {
        leader.interrupt()
        gate.succeed(null)
      })(),
    )
    const exit = yield* follower.done.wait()
    return exit.kind === 'success' ? `${exit.value.kind} ${exit.value.position}` : exit.kind
  }
  expect(host.must(main())).toBe('created 2')
  expect(host.must(readAll(host.open())).size).toBe(2)
})

test('segments rotate by size and on demand; an empty one is not closed', () => {
  const host = new Host(freshDisk())
  const engine = host.open({ segmentSizeBytes: 1000 })
  expect(host.must(engine.rotate())).toBeNull()
  host.must(assertRange(engine, 1, 20))
  const { walSegments } = engine.health()
  expect(walSegments).toBeGreaterThan(3)
  const closed = host.must(engine.rotate())
  expect(closed).toMatchObject({
    number: walSegments,
    fileName: segmentFileName(walSegments),
    lastPosition: 20,
  })
  expect(host.must(engine.rotate())).toEqual(closed)
  expect(engine.health().walSegments).toBe(walSegments + 1)
  const reopened = host.open()
  expect(reopened.health().walSegments).toBe(walSegments + 1)
  expect(host.must(reopened.rotate())).toEqual(closed)
  expect(host.must(readAll(reopened)).size).toBe(20)
})

test('a checkpoint shortens replay; the one before it stays, older ones go', () => {
  const host = new Host(freshDisk())
  const engine = host.open()
  for (const upTo of [10, 20, 30]) {
    host.must(assertRange(engine, upTo - 9, upTo))
    expect(host.must(engine.checkpoint()).appliedPosition).toBe(upTo)
  }
  host.must(assertRange(engine, 31, 33))
  const names = host.disk.handlers().list({ path: DB }) as readonly { name: string }[]
  expect(names.map(({ name }) => name)).toEqual([checkpointFileName(20), checkpointFileName(30)])
  const lines: string[] = []
  const reopened = host.open({ onLog: (_level, line) => lines.push(line) })
  expect(lines[1]).toBe('Replayed 3 entries from WAL')
  const all = host.must(readAll(reopened))
  expect([...all.values()]).toEqual(Array.from({ length: 33 }, (_, n) => assertion(n + 1)))
  expect(host.must(reopened.checkpoint()).appliedPosition).toBe(33)
  expect(host.must(reopened.checkpoint()).appliedPosition).toBe(33)
})

test('a database lives on from its checkpoint alone, and numbers on where the lost log ended', () => {
  const host = new Host(freshDisk())
  const engine = host.open()
  host.must(assertRange(engine, 1, 5))
  host.must(engine.rotate())
  host.must(assertRange(engine, 6, 9))
  host.must(engine.checkpoint())
  const files = host.disk.handlers()
  for (const { name } of files.list({ path: WAL })) files.remove({ path: `${WAL}/${name}` })
  const survivor = host.open()
  expect(host.must(survivor.assert(assertion(10)))).toMatchObject({ kind: 'created', position: 10 })
  expect(files.list({ path: WAL }).map(({ name }) => name)).toEqual([segmentFileName(3)])
  expect(host.must(readAll(host.open())).size).toBe(10)
})

test('a damaged checkpoint is passed over while the log makes up for it, and refused when it cannot', () => {
  const host = new Host(freshDisk())
  const engine = host.open()
  host.must(assertRange(engine, 1, 9))
  const { path } = host.must(engine.checkpoint())
  host.disk.damage(path, { offset: 700, mask: Uint8Array.of(4), onRead: () => {} })
  const lines: string[] = []
  expect(host.must(readAll(host.open({ onLog: (level, line) => lines.push(`${level} ${line}`) }))).size).toBe(
    9,
  )
  expect(lines).toContain('info Replayed 9 entries from WAL')
  expect(lines.some((line) => line.startsWith('warn Checkpoint'))).toBe(true)
  const reopened = host.open()
  host.must(reopened.rotate())
  host.must(reopened.assert(assertion(10)))
  host.disk.handlers().remove({ path: `${WAL}/${segmentFileName(1)}` })
  expect(host.failureOf(openEngine(engineOptions())).code).toBe('log-gap')
})

test('after a restore a new history begins once, in a new segment, and names its parent', () => {
  const host = new Host(freshDisk())
  const before = host.open()
  host.must(assertRange(before, 1, 4))
  const parent = before.health().history
  const beginHistory = 'b'.repeat(32)
  for (let start = 0; start < 2; start += 1) {
    const restored = host.open({ beginHistory })
    expect(restored.health()).toMatchObject({ history: beginHistory, walSegments: 2 })
  }
  const restored = host.open({ beginHistory })
  const { at } = host.must(restored.assert(assertion(5)))
  const [last] = host.must(restored.query(ask({ limit: 1 }))).assertions
  expect(last).toMatchObject({ position: 5, at })
  expect(parent).not.toBe(beginHistory)
  expect(host.must(readAll(host.open({ beginHistory }))).size).toBe(5)
  expect(host.failureOf(openEngine(engineOptions({ beginHistory: 'nonsense' }))).code).toBe('input-invalid')
})

test('a restored engine whose clock stands behind stamps after the last record', () => {
  const disk = freshDisk()
  const ahead = new Host(disk, { now: 2_000_000_000_000 })
  const { at } = ahead.must(ahead.open().assert(assertion(1)))
  const behind = new Host(disk, { now: 1_000_000_000_000 })
  expect(behind.must(behind.open().assert(assertion(2))).at).toBe(at + 1)
})

test('the first failure of the disk stops the engine for good', () => {
  let failing = false
  let attempts = 0
  const host = new Host(freshDisk(), {
    middleware: (call, next) => {
      if (!failing || call.method !== 'sync') return next(call)
      attempts += 1
      throw new OperatingError('input-output', 'the device is gone')
    },
  })
  const engine = host.open()
  host.must(engine.assert(assertion(1)))
  failing = true
  expect(host.failureOf(engine.assert(assertion(2))).code).toBe('input-output')
  failing = false
  expect(host.failureOf(engine.assert(assertion(3))).code).toBe('service-failed')
  expect(host.failureOf(engine.rotate()).code).toBe('service-failed')
  expect(attempts).toBe(1)
  expect(engine.health().healthy).toBe(false)
  expect(host.must(readAll(engine)).size).toBe(1)
})

test('a closed engine refuses to write', () => {
  const host = new Host(freshDisk())
  const engine = host.open()
  host.must(engine.close())
  expect(host.failureOf(engine.assert(assertion(1))).code).toBe('service-failed')
})

test('missing directories are a missing mount, never made', () => {
  const host = new Host(freshDisk())
  expect(host.failureOf(openEngine(engineOptions({ walDirectory: '/mnt/gone' }))).code).toBe('file-missing')
})
