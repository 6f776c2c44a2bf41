import {
  type CallContext,
  type JournalContract,
  type PortHandler,
  type RunEvent,
  Settle,
  type Task,
} from '@dr-drill/runbook-core'
import type { MomentFault, Strike } from './moment-fault.ts'

/** What looks at a run through its journal. */
export interface JournalWatch {
  readonly moments: readonly MomentFault[]
  /** Sees each event before it is written. */
  onEvent(event: RunEvent): void
  /** Faults that stores tell of, since it was last asked. */
  struck(): Promise<readonly RunEvent[]>
}

type Append = Parameters<PortHandler<JournalContract>['append']>[0]

/** After these a step has asked its stores for all that it wanted. */
const ENDINGS: readonly string[] = ['step-succeeded', 'step-failed', 'step-interrupted']

/** A journal that lets faults strike at the moments it tells of, and tells of their striking itself. */
export function watchJournal(
  below: PortHandler<JournalContract>,
  watch: JournalWatch,
): PortHandler<JournalContract> {
  return {
    append: (input, context) => append(below, watch, input, context),
  }
}

function* append(
  below: PortHandler<JournalContract>,
  watch: JournalWatch,
  input: Append,
  context: CallContext,
): Task<void> {
  const write = (events: readonly RunEvent[], durable: boolean) =>
    new Settle<void>(below.append({ ...input, events, durable }, context))
  const due: RunEvent[] = []
  for (const event of input.events) {
    watch.onEvent(event)
    if (ENDINGS.includes(event.type)) due.push(...(yield* new Settle<readonly RunEvent[]>(watch.struck())))
    const strikes = strikesOf(watch.moments, event)
    for (const { fault, strike } of strikes.filter(({ strike: { order } }) => order === 'before-event')) {
      const detail = yield* new Settle<string | null>(strike.act())
      if (detail !== null) due.push({ type: 'fault-fired', fault, detail })
    }
    const last = strikes.find(({ strike: { order } }) => order !== 'before-event')
    if (last?.strike.order !== 'instead') due.push(event)
    if (last === undefined) continue
    due.push(...(yield* new Settle<readonly RunEvent[]>(watch.struck())))
    due.push({ type: 'fault-fired', fault: last.fault, detail: last.strike.foretold ?? '' })
    yield* write(due.splice(0), true)
    yield* new Settle(last.strike.act())
  }
  yield* write(due, input.durable)
}

function strikesOf(
  moments: readonly MomentFault[],
  event: RunEvent,
): { readonly fault: MomentFault['fault']; readonly strike: Strike }[] {
  return moments.flatMap((moment) => {
    const strike = moment.onEvent(event)
    return strike === null ? [] : [{ fault: moment.fault, strike }]
  })
}
