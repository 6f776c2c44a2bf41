import type { AnyAction, Call, Capability, Resource } from '@dr-drill/runbook-core'
import { describe, expect, it } from 'vitest'
import { busyDay } from '../stemedb-operations/production.ts'
import { expectDeclared, touches, undeclared } from './fakes/declared.ts'
import { CAREFUL, recoveryHost, registry, restore, STEPS } from './restoring.ts'
import { SCENARIOS } from './scenarios.ts'

/** One performance of one action: what it was, what it was given, what it called. */
interface Performed {
  readonly action: AnyAction
  readonly input: unknown
  readonly calls: readonly Call<unknown>[]
}

/** Ports that an action calls only while it waits, or to tell of trouble. */
const WHEN_WAITING: readonly string[] = ['Clock', 'Log', 'Random']

function performedAlone(kind: string, capabilities?: readonly Capability[]): Performed {
  const scenario = SCENARIOS[kind]
  if (scenario === undefined) throw new TypeError(`no scenario for ${kind}`)
  const host = scenario.host()
  const action = host.action(kind)
  const { approvedBy } = scenario
  host.perform(kind, scenario.input, {
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
  })
  return { action, input: action.input.parse(scenario.input), calls: host.calls }
}

/** The steps that move bytes, over real backups, one after the other. */
function performedPipeline(): Performed[] {
  const calls: Call<unknown>[][] = STEPS.map(() => [])
  const outputs = {}
  const host = recoveryHost(busyDay().store, 1, {
    middleware: () => (call, next) => {
      calls[Object.keys(outputs).length]?.push(call)
      return next(call)
    },
  })
  host.must(restore(outputs))
  return STEPS.map(([kind, inputOf], index) => {
    const action = registry.get(kind) as AnyAction
    return { action, input: action.input.parse(inputOf(outputs, CAREFUL)), calls: calls[index] ?? [] }
  })
}

const pipeline = performedPipeline()
const all = [...pipeline, ...Object.keys(SCENARIOS).map((kind) => performedAlone(kind))].map(
  (one) => [one.action.kind, one] as const,
)

it('every action kind is performed here', () => {
  expect(all.map(([kind]) => kind).toSorted()).toEqual(registry.kinds)
})

describe.each(all)('%s', (_kind, { action, input, calls }) => {
  it('calls no port and changes nothing that it does not declare', () => {
    expectDeclared(action, input, calls)
  })

  it('calls every port that it declares, unless it would be only to wait', () => {
    const called = new Set(calls.map((call) => call.port))
    expect(action.ports.filter((port) => !called.has(port) && !WHEN_WAITING.includes(port))).toEqual([])
  })

  it('changes everything that it declares to change', () => {
    const { writes, destroys, exposes } = action.effects(input)
    const changing = calls.filter((call) => call.access === 'write')
    const unknown = (resource: Resource) => !changing.some((call) => touches(call, resource))
    expect([...writes, ...destroys, ...exposes].filter(unknown)).toEqual(BY_OTHERS[action.kind] ?? [])
  })

  it('asks for the abilities that its calls need', () => {
    const { required, optional } = action.capabilities
    const abilities = new Set<string>([...required, ...optional])
    const needed = new Set(calls.map(abilityOf).filter((one) => one !== null))
    expect([...needed].filter((one) => !abilities.has(one))).toEqual([])
    expect(
      [...abilities].filter((one) => !needed.has(one as Capability) && !ONLY_READ.includes(action.kind)),
    ).toEqual([])
  })

  it('has the traits that its calls show', () => {
    const methods = new Set(calls.map((call) => `${call.port}.${call.method}`))
    const shown = {
      exposes: methods.has('Traffic.route') || methods.has('Dns.update'),
      fences: methods.has('Traffic.fence'),
      notifies: methods.has('Notifier.send'),
      'runs-commands': methods.has('Commands.run'),
      'probes-by-writing': methods.has('Http.tell'),
      stops: methods.has('Services.stop'),
      starts: methods.has('Services.start') && !methods.has('Services.enable'),
    }
    const traits = new Set<string>(action.traits)
    expect(Object.fromEntries(Object.keys(shown).map((trait) => [trait, traits.has(trait)]))).toEqual(shown)
  })

  it('estimates in order', () => {
    const { bestMs, likelyMs, worstMs } = action.estimate(input)
    expect(0 <= bestMs && bestMs <= likelyMs && likelyMs <= worstMs).toBe(true)
  })
})

/** What the units that an action runs write, or the command that it starts. */
const BY_OTHERS: Readonly<Record<string, readonly string[]>> = {
  'force-backup': ['store:archive'],
  'run-command': ['path:/srv'],
}

/** Need a service manager to look at what runs, and change nothing. */
const ONLY_READ = ['await-health']

function abilityOf({ port, method, access }: Call<unknown>): Capability | null {
  if (method === 'setOwner') return 'chown'
  if (port === 'Services') return access === 'write' ? 'service-manager' : null
  const surroundings: Record<string, Capability> = {
    Commands: 'commands',
    Dns: 'dns',
    Traffic: 'traffic',
    Alerts: 'alerts',
    Notifier: 'notify',
  }
  return surroundings[port] ?? null
}

describe('without abilities', () => {
  it.each(['install-artifact', 'set-ownership', 'start-service'])('%s changes no owner', (kind) => {
    const changesOwner = ({ calls }: Performed) => calls.some((call) => call.method === 'setOwner')
    expect(changesOwner(performedAlone(kind))).toBe(true)
    expect(changesOwner(performedAlone(kind, ['service-manager']))).toBe(false)
  })
})

describe('the comparison itself', () => {
  const { action, input, calls } = performedAlone('write-config')
  const effects = action.effects(input)
  const first = calls.find((call) => call.method === 'create') as Call<unknown>

  it('sees a port, a path and a store that are not declared', () => {
    expect(undeclared(first, action, effects)).toBeNull()
    expect(undeclared(first, { ...action, ports: [] }, effects)).toContain('FileSystem')
    expect(undeclared(first, action, { ...effects, writes: ['path:/etc/other'] })).toContain('create')
    const removal = { ...first, input: { path: '/etc' } } as Call<unknown>
    expect(undeclared(removal, action, effects)).toContain('/etc')
  })
})
