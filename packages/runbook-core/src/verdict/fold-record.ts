import type { JournalEntry, RunEvent } from '../journal/events.ts'
import { Dns, ObjectStore, Traffic } from '../ports/index.ts'
import type { Json } from '../text/json.ts'
import { StepFold } from './fold-step.ts'
import { type Moment, NOTED_MAX, type NotedCall, type RunRecord } from './run-record.ts'

type EffectIntended = Extract<RunEvent, { readonly type: 'effect-intended' }>
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Calls after which clients reach the restored server. Fencing keeps them away from another one. */
const TRAFFIC_CALLS: ReadonlySet<string> = new Set([`${Traffic.$id}.route`, `${Dns.$id}.update`])
const STORE_WRITES: ReadonlySet<string> = new Set([`${ObjectStore.$id}.put`, `${ObjectStore.$id}.upload`])
/** The store that backups are read from, by the name that runbooks give it. */
const SOURCE_STORE = 'source'
/** What resume compares the world with; large, and nothing to a verdict. */
const BASELINE = 'baseline:'

/** Folds a journal entry by entry; memory grows with the number of steps, not of effects. */
export class RecordFold {
  readonly #steps = new Map<string, StepFold>()
  readonly #evidence = new Map<string, Json>()
  readonly #obligations = new Map<string, RunRecord['obligations'][number]>()
  readonly #marks: Mutable<RunRecord['marks']> = {}
  readonly #faultsFired: RunRecord['faultsFired'][number][] = []
  readonly #approvals: RunRecord['approvals'][number][] = []
  readonly #cancels: string[] = []
  readonly #resumes: RunRecord['resumes'][number][] = []
  readonly #gaps: string[] = []
  readonly #trafficCalls: NotedCall[] = []
  readonly #sourceWrites: NotedCall[] = []
  #started: RunRecord['started'] = null
  #ended: RunRecord['ended'] = null
  #lastAt = 0
  #lastSeq: number | null = null
  #entries = 0

  add(entry: Pick<JournalEntry, 'seq' | 'at' | 'event'>): void {
    const moment = { seq: entry.seq, at: entry.at }
    if (this.#lastSeq !== null && entry.seq !== this.#lastSeq + 1) {
      this.#gap(`entry ${this.#lastSeq + 1} is missing`)
    }
    if (entry.at < this.#lastAt) this.#gap(`time runs backwards at entry ${entry.seq}`)
    this.#lastSeq = entry.seq
    this.#lastAt = Math.max(this.#lastAt, entry.at)
    this.#entries += 1
    this.#event(entry.event, moment)
  }

  /** The record of all entries added so far. */
  record(): RunRecord {
    const gaps = [...this.#gaps]
    for (const [id, fold] of this.#steps) {
      const count = fold.endsWithoutIntent
      if (count > 0 && gaps.length < NOTED_MAX)
        gaps.push(`${count} effects of step ${id} ended without an intent`)
    }
    return {
      started: this.#started,
      steps: new Map([...this.#steps].map(([id, fold]) => [id, fold.record])),
      marks: { ...this.#marks },
      evidence: new Map(this.#evidence),
      faultsFired: [...this.#faultsFired],
      approvals: [...this.#approvals],
      cancels: [...this.#cancels],
      resumes: [...this.#resumes],
      obligations: [...this.#obligations.values()],
      ended: this.#ended,
      lastAt: this.#lastAt,
      entries: this.#entries,
      gaps,
      trafficCalls: [...this.#trafficCalls],
      sourceWrites: [...this.#sourceWrites],
    }
  }

  #event(event: RunEvent, moment: Moment): void {
    switch (event.type) {
      case 'run-started':
        this.#started = event
        break
      case 'clock-marked':
        // The first mark of a name is the instant it names: a resumed run passes its gate once more, later.
        this.#marks[event.name] ??= { ...moment, value: event.at, domain: event.domain }
        break
      case 'obligation-taken':
        this.#obligations.set(event.obligation.id, { step: event.step, obligation: event.obligation })
        break
      case 'obligation-discharged':
        this.#obligations.delete(event.id)
        break
      case 'approval-given':
        this.#approvals.push({ ...moment, step: event.step, by: event.by })
        break
      case 'fault-fired':
        this.#faultsFired.push({ ...moment, fault: event.fault, detail: event.detail })
        break
      case 'cancel-requested':
        this.#cancels.push(event.reason)
        break
      case 'run-resumed':
        for (const fold of this.#steps.values()) fold.crashed()
        this.#ended = null
        this.#resumes.push({ ...moment, gapMs: event.gapMs, dropped: event.dropped })
        break
      case 'evidence-collected':
        if (!event.subject.startsWith(BASELINE)) this.#evidence.set(event.subject, event.evidence)
        break
      case 'run-ended':
        this.#ended = { ...moment, outcome: event.outcome, firstCause: event.firstCause }
        break
      default:
        if (event.type === 'effect-intended') this.#note(event, moment)
        this.#step(event.step).add(event, moment)
    }
  }

  #note(event: EffectIntended, moment: Moment): void {
    const call = `${event.port}.${event.method}`
    const noted = { ...moment, step: event.step, call }
    if (TRAFFIC_CALLS.has(call) && this.#trafficCalls.length < NOTED_MAX) this.#trafficCalls.push(noted)
    if (
      STORE_WRITES.has(call) &&
      storeOf(event.input) === SOURCE_STORE &&
      this.#sourceWrites.length < NOTED_MAX
    ) {
      this.#sourceWrites.push(noted)
    }
  }

  #step(id: string): StepFold {
    let fold = this.#steps.get(id)
    if (fold === undefined) {
      fold = new StepFold(id)
      this.#steps.set(id, fold)
    }
    return fold
  }

  #gap(text: string): void {
    if (this.#gaps.length < NOTED_MAX) this.#gaps.push(text)
  }
}

function storeOf(input: Json): unknown {
  return typeof input === 'object' && input !== null && 'store' in input ? input.store : null
}

/** The record of a whole journal. */
export function foldRecord(entries: Iterable<Pick<JournalEntry, 'seq' | 'at' | 'event'>>): RunRecord {
  const fold = new RecordFold()
  for (const entry of entries) fold.add(entry)
  return fold.record()
}
