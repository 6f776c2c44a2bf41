import type { RunEvent } from '../journal/events.ts'
import { ERRORS_PER_STEP_MAX, type Moment, type StepRecord } from './run-record.ts'

/** Events that are about one step and change what is known of it. */
export type StepEvent = Extract<
  RunEvent,
  {
    readonly type:
      | 'step-started'
      | 'effect-intended'
      | 'effect-ended'
      | 'step-succeeded'
      | 'step-failed'
      | 'step-interrupted'
      | 'step-retry-scheduled'
      | 'step-skipped'
      | 'step-undone'
  }
>

const BLANK = {
  started: null,
  ended: null,
  firstSucceeded: null,
  attempts: 0,
  exercised: 'no',
  input: null,
  output: null,
  skipped: null,
  errors: [],
  waitedMs: 0,
  effects: { intended: 0, ended: 0, open: 0 },
  repeated: false,
  keyChanged: false,
} as const

/** A step as its events so far make it. */
export class StepFold {
  #record: StepRecord
  readonly #open = new Set<number>()
  #inputDigest: string | null = null
  #key = ''
  #endsWithoutIntent = 0
  #wasAgentLost = false

  constructor(id: string) {
    this.#record = { id, status: 'running', ...BLANK }
  }

  get record(): StepRecord {
    const { effects } = this.#record
    // An agent that died is why they have no end; what it had begun may be told by the next one, long after the attempt failed.
    const open = this.#wasAgentLost ? 0 : this.#open.size
    return { ...this.#record, effects: { ...effects, open } }
  }

  /** Ends of effects that nothing had announced. */
  get endsWithoutIntent(): number {
    return this.#endsWithoutIntent
  }

  /** The process died: what was in flight is explained by that. */
  crashed(): void {
    this.#open.clear()
  }

  add(event: StepEvent, moment: Moment): void {
    switch (event.type) {
      case 'step-started':
        this.#started(event, moment)
        break
      case 'effect-intended':
        this.#open.add(event.ordinal)
        this.#count('intended')
        break
      case 'effect-ended':
        if (!this.#open.delete(event.ordinal)) this.#endsWithoutIntent += 1
        this.#count('ended')
        break
      case 'step-succeeded': {
        const { output, exercised } = event
        const firstSucceeded = this.#record.firstSucceeded ?? moment
        this.#change({ status: 'succeeded', ended: moment, firstSucceeded, output, exercised })
        break
      }
      case 'step-failed': {
        const errors = [...this.#record.errors, event.error].slice(-ERRORS_PER_STEP_MAX)
        // An input that cannot be evaluated fails an attempt that never began.
        const attempts = Math.max(this.#record.attempts, event.attempt)
        this.#wasAgentLost ||= event.error.code === 'agent-lost'
        this.#change({ status: 'failed', ended: moment, errors, attempts })
        break
      }
      case 'step-interrupted':
        this.#change({ status: 'interrupted', ended: moment })
        break
      case 'step-retry-scheduled':
        this.#change({ waitedMs: this.#record.waitedMs + event.delayMs })
        break
      case 'step-skipped': {
        const { reason, detail } = event
        this.#change({ status: 'skipped', ended: moment, skipped: { reason, detail } })
        break
      }
      case 'step-undone':
        this.#change({ status: 'undone', ended: moment })
    }
  }

  #count(which: 'intended' | 'ended'): void {
    const { effects } = this.#record
    this.#change({ effects: { ...effects, [which]: effects[which] + 1 } })
  }

  #started(event: Extract<StepEvent, { readonly type: 'step-started' }>, moment: Moment): void {
    const keyChanged = this.#inputDigest === event.inputDigest && this.#key !== event.key
    this.#inputDigest = event.inputDigest
    this.#key = event.key
    this.#change({
      started: this.#record.started ?? moment,
      ended: null,
      status: 'running',
      attempts: Math.max(this.#record.attempts + 1, event.attempt),
      input: event.input,
      repeated: this.#record.repeated || this.#record.status === 'succeeded',
      keyChanged: this.#record.keyChanged || keyChanged,
    })
  }

  #change(fields: Partial<StepRecord>): void {
    this.#record = { ...this.#record, ...fields }
  }
}
