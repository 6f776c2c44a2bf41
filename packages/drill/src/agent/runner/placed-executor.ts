import {
  type ExecutorContract,
  type HeldObligation,
  invariant,
  type JournalContract,
  type PortHandler,
  type RunEvent,
  Settle,
  type SurveyFindings,
  type SurveyRequest,
} from '@dr-drill/runbook-core'
import type { PlaceOf } from '../machine.ts'

/** Where each step of a run is performed. */
export interface Placement {
  /** The machine that subjects of evidence mean when they name none. */
  readonly main: string
  /** By machine: in this process, or through an agent. */
  readonly executors: ReadonlyMap<string, PortHandler<ExecutorContract>>
  readonly placeOf: PlaceOf
}

type Released = ReturnType<ExecutorContract['release']>

/** One executor over those of several machines: each step's actions, obligations and effects are its machine's. */
export function placedExecutor({ main, executors, placeOf }: Placement): PortHandler<ExecutorContract> {
  const on = (name: string): PortHandler<ExecutorContract> => {
    const executor = executors.get(name)
    invariant(executor, `no machine ${name} is part of this run`)
    return executor
  }
  return {
    perform(input, context) {
      const machine = placeOf(input.step)
      const baselined = input.baselined.flatMap((subject) => ownSubject(subject, machine, main) ?? [])
      return on(machine).perform({ ...input, baselined }, context)
    },
    undo: (input, context) => on(placeOf(input.step)).undo(input, context),
    *held({ known }, context) {
      const held: HeldObligation[] = []
      for (const [name, executor] of executors) {
        const own = known.filter(({ step }) => placeOf(step) === name)
        held.push(...(yield* new Settle<readonly HeldObligation[]>(executor.held({ known: own }, context))))
      }
      return held
    },
    *release(input, context) {
      const left: Released[number][] = []
      for (const executor of executors.values()) {
        left.push(...(yield* new Settle<Released>(executor.release(input, context))))
      }
      return left
    },
    *survey(input, context) {
      const all: SurveyFindings[] = []
      for (const [name, executor] of executors) {
        all.push(yield* new Settle<SurveyFindings>(executor.survey(ownSurvey(input, name, main), context)))
      }
      return {
        unexplained: all.flatMap(({ unexplained }) => unexplained),
        unchecked: all.flatMap(({ unchecked }) => unchecked),
        volatileKinds: [...new Set(all.flatMap(({ volatileKinds }) => volatileKinds))],
        fetchingKinds: [...new Set(all.flatMap(({ fetchingKinds }) => fetchingKinds))],
      }
    },
  }
}

/**
 * The journal as one machine's executor sees it: what it tells of its own roots and services is said to be of that machine, unless it
 * is the main one. So a run on one machine has the journal that it has in process.
 */
export function journalOf(
  machine: string,
  main: string,
  journal: PortHandler<JournalContract>,
): PortHandler<JournalContract> {
  invariant(/^[a-z0-9][a-z0-9.-]*$/.test(machine), 'a machine has a plain name')
  if (machine === main) return journal
  return {
    append({ events, durable, origins }, context) {
      const placed = new Map(events.map((event) => [event, placedEvent(event, machine)]))
      const told = [...(origins ?? [])].map(
        ([event, origin]) => [placed.get(event) ?? event, origin] as const,
      )
      return journal.append({ events: [...placed.values()], durable, origins: new Map(told) }, context)
    },
  }
}

const BASELINE = 'baseline:'

function placedEvent(event: RunEvent, machine: string): RunEvent {
  if (event.type !== 'evidence-collected' || !event.subject.startsWith(BASELINE)) return event
  return { ...event, subject: `${BASELINE}on:${machine}:${event.subject.slice(BASELINE.length)}` }
}

/** A subject of the journal as the machine itself names it; null when it is another's. */
function ownSubject(subject: string, machine: string, main: string): string | null {
  const prefix = `${BASELINE}on:${machine}:`
  if (subject.startsWith(prefix)) return `${BASELINE}${subject.slice(prefix.length)}`
  return machine === main && !subject.startsWith(`${BASELINE}on:`) ? subject : null
}

/** Which paths and services the run may have changed is told without their machines: what explains one explains all. */
const ownSurvey = (request: SurveyRequest, machine: string, main: string): SurveyRequest => ({
  ...request,
  baselines: request.baselines.flatMap(({ subject, evidence }) => {
    const own = ownSubject(subject, machine, main)
    return own === null ? [] : [{ subject: own, evidence }]
  }),
})
