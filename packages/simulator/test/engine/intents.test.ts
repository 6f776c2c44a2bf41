import {
  attempt,
  Executor,
  FileSystem,
  ObjectStore,
  OperatingError,
  portableChecksums,
  utf8Encode,
} from '@dr-drill/runbook-core'
import { RandomStream, SimulatedDisk } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { toyRunbook } from '../../../runbook-core/test/engine/support/toy-runbook.ts'
import { JOURNAL, journalOf, Process } from './support/drill.ts'
import { action, drive, intents, invocation, perform } from './support/one-action.ts'

const stream = (chunks: number) =>
  action({
    *run() {
      yield* FileSystem.create({ path: '/data/big', mode: 0o600 })
      for (let offset = 0; offset < chunks; offset += 1) {
        yield* FileSystem.write({ path: '/data/big', offset, bytes: utf8Encode('x') })
      }
      yield* FileSystem.sync({ path: '/data/big' })
      yield* FileSystem.rename({ from: '/data/big', to: '/data/final' })
      yield* FileSystem.syncDirectory({ path: '/data' })
      return { done: 'streamed' }
    },
  })

test('a thousand writes into one file ride on one intent; its end is told at the fsync', () => {
  const { events } = perform(stream(1_000))
  expect(events.map((event) => event.type)).toEqual([
    'evidence-collected',
    'effect-intended',
    'effect-ended',
    'effect-intended',
    'effect-ended',
  ])
  expect(intents(events).map(({ method, input }) => [method, input])).toEqual([
    ['create', { path: '/data/big', mode: 0o600, stream: true }],
    ['rename', { from: '/data/big', to: '/data/final' }],
  ])
})

test('bytes and long texts are journalled by size and digest, never themselves', () => {
  const long = 'secret sauce '.repeat(200)
  const writes = action({
    *run() {
      yield* FileSystem.write({ path: '/data/kept', offset: 0, bytes: utf8Encode('plain') })
      yield* attempt(ObjectStore.put({ store: long, key: 'k', bytes: utf8Encode('plain'), ifAbsent: true }))
      return { done: 'yes' }
    },
  })
  const { events } = perform(writes, { ports: { ObjectStore: { put: () => ({ etag: '1' }) } } })
  const text = JSON.stringify(events)
  expect(text).not.toContain('secret sauce')
  expect(text).not.toContain('plain')
  const sha256 = portableChecksums.sha256Hex(utf8Encode('plain'))
  expect(intents(events)[0]?.input).toMatchObject({ bytes: { bytes: 5, sha256 } })
  expect(intents(events)[1]?.input).toMatchObject({ store: { bytes: long.length } })
})

test('equal calls keep their keys across attempts, whatever else was done; ordinals go on', () => {
  const retried = action({
    *run(_: unknown, context: { attempt: number }) {
      if (context.attempt === 1) yield* FileSystem.makeDirectory({ path: '/data/once', mode: 0o700 })
      for (const name of ['a', 'b', 'a']) yield* FileSystem.remove({ path: `/data/${name}` })
      if (context.attempt === 1) throw new OperatingError('connection-failed', 'again')
      return { done: 'yes' }
    },
  })
  const { events } = drive(retried, function* () {
    yield* attempt(Executor.perform(invocation()))
    yield* Executor.perform(invocation({ attempt: 2 }))
  })
  const given = intents(events)
  expect(given.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(given.slice(4).map(({ key }) => key)).toEqual(given.slice(1, 4).map(({ key }) => key))
  expect(new Set(given.slice(0, 4).map(({ key }) => key)).size).toBe(4)
  const resumed = perform(retried, {}, { attempt: 2, effectsBefore: 7, baselined: ['baseline:path:/data'] })
  expect(intents(resumed.events).map(({ ordinal }) => ordinal)).toEqual([8, 9, 10])
  expect(intents(resumed.events).map(({ key }) => key)).toEqual(given.slice(4).map(({ key }) => key))
  expect(resumed.events[0]?.type).toBe('effect-intended')
})

test('a failing effect is told with its error, and the stream it belonged to ends', () => {
  const failing = action({
    *run() {
      yield* attempt(FileSystem.create({ path: '/data/kept', mode: 0o600 }))
      yield* attempt(FileSystem.write({ path: '/data/none', offset: 0, bytes: utf8Encode('x') }))
      yield* attempt(FileSystem.write({ path: '/data/none', offset: 0, bytes: utf8Encode('x') }))
      return { done: 'yes' }
    },
  })
  const { events } = perform(failing)
  const ends = events.flatMap((event) => (event.type === 'effect-ended' ? [event] : []))
  expect(ends.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
    ['failed', 'file-exists'],
    ['failed', 'file-missing'],
    ['failed', 'file-missing'],
  ])
  expect(intents(events)).toHaveLength(3)
})

test('at every change of the target, an intent that names it is durable already', () => {
  const runbook = toyRunbook([
    { id: 'one', kind: 'place', with: { path: '/data/in/one', seed: 'one ', length: 900 } },
    { id: 'two', kind: 'place', with: { path: '/data/in/two', seed: 'zwei', length: 700 } },
    { id: 'lock', kind: 'lock', needs: ['one'], with: { path: '/data/lock' } },
  ])
  const disk = new SimulatedDisk()
  disk.place('/data/kept/x', utf8Encode('x'))
  disk.place('/run/keep', new Uint8Array())
  let checked = 0
  disk.addFault({
    kind: 'watch',
    meets: ({ method, path }) => {
      const changes = ['create', 'write', 'truncate', 'rename', 'remove', 'makeDirectory'].includes(method)
      if (!changes || path.startsWith('/run')) return 'perform'
      const durable = disk.fork()
      durable.powerLoss(RandomStream.fromSeed(1), 'nothing')
      const named = journalOf(durable).flatMap(({ event }) =>
        event.type === 'effect-intended' ? [JSON.stringify(event.input)] : [],
      )
      expect(
        named.some((input) => input.includes(`"${path}"`)),
        `${method} ${path}`,
      ).toBe(true)
      checked += 1
      return 'perform'
    },
    fork: () => ({
      kind: 'blind',
      meets: () => 'perform',
      fork: () => {
        throw new Error('forked once')
      },
    }),
  })
  expect(new Process(disk).drill(runbook)?.kind).toBe('success')
  expect(checked).toBeGreaterThan(12)
  expect(journalOf(disk).length).toBeGreaterThan(20)
  expect(JOURNAL.startsWith('/run')).toBe(true)
})
