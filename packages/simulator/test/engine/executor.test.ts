import {
  ActionRegistry,
  type AnyAction,
  attempt,
  type Capability,
  defineAction,
  driveSync,
  Executor,
  type ExecutorContract,
  environment,
  exercisedByPorts,
  FileSystem,
  type Invocation,
  inProcessExecutor,
  memoryJournal,
  ObjectStore,
  Obligations,
  OperatingError,
  type PortHandlers,
  portableChecksums,
  type RunEvent,
  Services,
  type Task,
  utf8Encode,
} from '@dr-drill/runbook-core'
import { RandomStream, SimulatedDisk } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { toyRunbook } from '../../../runbook-core/test/engine/support/toy-runbook.ts'
import { VirtualClock } from '../../../runbook-core/test/engine/support/virtual-clock.ts'
import { JOURNAL, journalOf, Process } from './support/drill.ts'

const none = { reads: [], writes: [], destroys: [], exposes: [] }

function action(more: Partial<AnyAction>): AnyAction {
  const toy: AnyAction = {
    kind: 'toy',
    summary: 'toys',
    input: z.object({ n: z.number() }),
    output: z.object({ done: z.string() }),
    effects: () => ({ ...none, writes: ['path:/data'] }),
    capabilities: { required: [], optional: [] },
    ports: ['FileSystem'],
    traits: [],
    estimate: () => ({ bestMs: 1, likelyMs: 1, worstMs: 1 }),
    *run() {
      return { done: 'yes' }
    },
    ...more,
  }
  return defineAction(toy)
}

const invocation = (more: Partial<Invocation> = {}): Invocation => ({
  runId: 'run-1',
  step: 'step',
  kind: 'toy',
  input: { n: 1 },
  attempt: 1,
  key: 'k',
  effectsBefore: 0,
  approvedBy: null,
  baselined: [],
  ...more,
})

/** An executor for one action on a disk in memory; `use` is driven with its port. */
function drive<A>(
  toy: AnyAction,
  use: () => Task<A>,
  more: {
    capabilities?: readonly Capability[]
    ports?: Record<string, PortHandlers>
    disk?: SimulatedDisk
  } = {},
) {
  const disk = more.disk ?? new SimulatedDisk()
  disk.place('/data/kept', utf8Encode('x'))
  const clock = new VirtualClock()
  const journal = memoryJournal(() => clock.now)
  const target = environment({
    FileSystem: disk.handlers() as unknown as PortHandlers,
    Clock: clock.handlers,
    ...more.ports,
  })
  const executor = inProcessExecutor({
    registry: new ActionRegistry([toy]),
    environment: target,
    journal: journal.handlers,
    checksums: portableChecksums,
    capabilities: new Set(more.capabilities ?? []),
    dryRun: false,
    exercised: exercisedByPorts('sandbox', new Set(['Dns'])),
    discharges: { *known() {} },
  })
  const engine = environment({
    Executor: executor as unknown as PortHandlers,
    Journal: journal.handlers as unknown as PortHandlers,
    Clock: clock.handlers,
  })
  const exit = driveSync(use(), engine, { time: clock })
  return { exit, events: journal.events.map(({ event }) => event), disk }
}

const perform = (toy: AnyAction, more: Parameters<typeof drive>[2] = {}, given: Partial<Invocation> = {}) =>
  drive(toy, () => Executor.perform(invocation(given)), more)

type Intended = Extract<RunEvent, { type: 'effect-intended' }>
const intents = (events: readonly RunEvent[]): Intended[] =>
  events.filter((event) => event.type === 'effect-intended')

test('an action is performed with a checked input, and says how far it was exercised', () => {
  expect(perform(action({})).exit).toMatchObject({
    value: { output: { done: 'yes' }, exercised: 'sandbox' },
  })
  const recorded = perform(action({ ports: ['Dns'] }), { ports: { Dns: {} } })
  expect(recorded.exit).toMatchObject({ value: { exercised: 'recorded' } })
  const refused = perform(action({}), {}, { input: { n: 'one' } })
  expect(refused.exit).toMatchObject({ kind: 'failure', error: { code: 'input-invalid', subject: 'n' } })
  expect(refused.events).toEqual([])
})

test('without a required ability or a port it is refused; without an optional one it does what it can, and that is told', () => {
  const required = action({ capabilities: { required: ['dns'], optional: [] } })
  expect(perform(required).exit).toMatchObject({ error: { code: 'capability-missing' } })
  expect(perform(required, { capabilities: ['dns'] }).exit).toMatchObject({ kind: 'success' })
  expect(perform(action({ ports: ['Dns'] }), { ports: {} }).exit).toMatchObject({
    error: { code: 'capability-missing' },
  })
  const optional = perform(action({ capabilities: { required: [], optional: ['chown'] } }))
  expect(optional.exit).toMatchObject({ value: { output: { done: 'yes' }, exercised: 'sandbox' } })
  expect(optional.events).toEqual([
    { type: 'evidence-collected', subject: 'not-exercised:step', evidence: { lacking: ['chown'] } },
  ])
  expect(perform(action({}), {}, { kind: 'unheard-of' }).exit).toMatchObject({
    error: { code: 'capability-missing' },
  })
})

test('without an optional ability and the port that stands for it, it is skipped as not exercised', () => {
  const names = action({ ports: ['Dns'], capabilities: { required: [], optional: ['dns'] } })
  expect(perform(names).exit).toMatchObject({
    value: { output: null, exercised: 'no', skipped: 'the target has no dns' },
  })
})

test('an output that the action itself does not allow is a defect', () => {
  const wrong = action({
    *run() {
      return { done: 7 }
    },
  })
  expect(perform(wrong).exit).toMatchObject({ kind: 'failure', error: { name: 'ProgrammerError' } })
})

test('what is done already is not done again and intends nothing', () => {
  const done = action({
    *alreadyDone() {
      return { done: 'before' }
    },
    *run() {
      throw new Error('not reached')
    },
  })
  const { exit, events } = perform(done)
  expect(exit).toMatchObject({ value: { output: { done: 'before' } } })
  expect(events).toEqual([])
})

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

test('an obligation is journalled before it is taken, once, and given back only by a discharge of its kind', () => {
  const obligation = (kind: string) => ({ id: 'o', kind, subject: {}, release: 'on-interrupt' as const })
  const takes = (kind: string) =>
    action({
      *run() {
        yield* Obligations.take(obligation(kind))
        yield* Obligations.take(obligation(kind))
        return { done: 'yes' }
      },
    })
  const use = function* () {
    yield* Executor.perform(invocation())
    const held = yield* Executor.held({ known: [] })
    const left = yield* Executor.release({ runId: 'run-1', ids: held.map((each) => each.obligation.id) })
    return { held, left: left.map(({ error }) => error.code), still: yield* Executor.held({ known: held }) }
  }
  const fine = drive(takes('known'), use)
  expect(fine.exit).toMatchObject({ value: { left: [], still: [] } })
  expect(fine.events.map(({ type }) => type)).toEqual(['obligation-taken', 'obligation-discharged'])
  const strange = drive(takes('constructor'), use)
  expect(strange.exit).toMatchObject({ value: { left: ['capability-missing'], still: [{ step: 'step' }] } })
  expect(strange.events.map(({ type }) => type)).toEqual(['obligation-taken'])
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

function services(running: Readonly<Record<string, string>>): PortHandlers {
  return {
    start: () => undefined,
    status: ({ names }: { names: readonly string[] }) =>
      names.map((name) => ({ name, invocation: running[name] ?? null })),
  } as unknown as PortHandlers
}

test('a service that runs and that nothing of the run started is unexplained; a started or older one is not', () => {
  const starts = action({
    effects: () => ({ ...none, writes: ['service:x.service', 'service:y.service'] }),
    *run() {
      yield* Services.start({ name: 'x.service' })
      return { done: 'yes' }
    },
  })
  const before = perform(starts, { ports: { Services: services({ 'y.service': 'old' }) } })
  const baselines = before.events.flatMap((event) =>
    event.type === 'evidence-collected' ? [{ subject: event.subject, evidence: event.evidence }] : [],
  )
  expect(baselines.map(({ evidence }) => evidence)).toEqual([{ invocation: null }, { invocation: 'old' }])
  const request = { baselines, touched: [], acting: [], writable: [] }
  const survey = (started: readonly string[], running: Readonly<Record<string, string>>) =>
    drive(starts, () => Executor.survey({ ...request, started }), { ports: { Services: services(running) } })
      .exit
  const fine: Partial<ReturnType<ExecutorContract['survey']>> = { unexplained: [], unchecked: [] }
  expect(survey(['x.service'], { 'x.service': 'new', 'y.service': 'old' })).toMatchObject({ value: fine })
  expect(survey([], { 'x.service': 'new', 'y.service': 'old' })).toMatchObject({
    value: { unexplained: ['x.service runs and nothing of this run started it'] },
  })
  expect(survey(['x.service'], { 'y.service': 'newer' })).toMatchObject({
    value: { unexplained: ['y.service runs and nothing of this run started it'] },
  })
})

test('a step that acted through a service may have changed all it declares; a root too large is said to be unchecked', () => {
  const toy = action({})
  const baselines = [{ subject: 'baseline:path:/data', evidence: { entries: [], problem: null } }]
  const request = { touched: [], started: [], writable: [], baselines }
  const found = drive(toy, () => Executor.survey({ ...request, acting: [] })).exit
  expect(found).toMatchObject({
    value: { unexplained: ['/data lies there unexplained', '/data/kept lies there unexplained'] },
  })
  const acting = [{ kind: 'toy', input: { n: 1 } }]
  expect(drive(toy, () => Executor.survey({ ...request, acting })).exit).toMatchObject({
    value: { unexplained: [], unchecked: [] },
  })
  const disk = new SimulatedDisk()
  for (let index = 0; index < 2_100; index += 1) disk.place(`/data/f${index}`, new Uint8Array())
  expect(drive(toy, () => Executor.survey({ ...request, acting: [] }), { disk }).exit).toMatchObject({
    value: { unexplained: [], unchecked: ['/data: more than 2000 entries'] },
  })
})
