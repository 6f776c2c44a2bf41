import {
  ActionRegistry,
  type AnyAction,
  type Capability,
  defineAction,
  driveSync,
  Executor,
  environment,
  exercisedByPorts,
  type Invocation,
  inProcessExecutor,
  memoryJournal,
  type PortHandlers,
  portableChecksums,
  type RunEvent,
  type Task,
  utf8Encode,
} from '@dr-drill/runbook-core'
import { SimulatedDisk } from '@dr-drill/simulator'
import { z } from 'zod'
import { VirtualClock } from '../../../../runbook-core/test/engine/support/virtual-clock.ts'

export const none = { reads: [], writes: [], destroys: [], exposes: [] }

/** A toy action with some members replaced. */
export function action(more: Partial<AnyAction>): AnyAction {
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

export const invocation = (more: Partial<Invocation> = {}): Invocation => ({
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
export function drive<A>(
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

export const perform = (
  toy: AnyAction,
  more: Parameters<typeof drive>[2] = {},
  given: Partial<Invocation> = {},
) => drive(toy, () => Executor.perform(invocation(given)), more)

type Intended = Extract<RunEvent, { type: 'effect-intended' }>
export const intents = (events: readonly RunEvent[]): Intended[] =>
  events.filter((event) => event.type === 'effect-intended')
