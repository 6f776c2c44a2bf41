import type { RunEvent } from '@dr-drill/runbook-core'
import { visible } from '../../ports/log.ts'
import { durationText } from './durations.ts'

/** How marks look: symbols for people, words without. */
export interface Marks {
  readonly done: string
  readonly failed: string
  readonly skipped: string
  readonly again: string
  readonly note: string
}

export const SYMBOLS: Marks = { done: '✔', failed: '✖', skipped: '–', again: '↻', note: '•' }
export const WORDS: Marks = {
  done: 'ok   ',
  failed: 'FAIL ',
  skipped: 'skip ',
  again: 'retry',
  note: 'note ',
}

/** Turns events of a run into the lines that tell a person what changed. Keeps what runs now. */
export class StepLines {
  readonly #titles: ReadonlyMap<string, string>
  readonly #marks: Marks
  readonly #running = new Map<string, number>()
  readonly #ended = new Set<string>()

  /** `titles` by step id, in the runbook's order. */
  constructor(titles: ReadonlyMap<string, string>, marks: Marks) {
    this.#titles = titles
    this.#marks = marks
  }

  /** Titles of the steps that run now, with the ms since each started. */
  running(nowMs: number): readonly { readonly title: string; readonly forMs: number }[] {
    return [...this.#running].map(([step, since]) => ({ title: this.#title(step), forMs: nowMs - since }))
  }

  /** Steps that have ended in any way. */
  get endedCount(): number {
    return this.#ended.size
  }

  get totalCount(): number {
    return this.#titles.size
  }

  /** The line for an event at `atMs`; null when nothing changed for a person. */
  lineOf(event: RunEvent, atMs: number): string | null {
    const { done, failed, skipped, again, note } = this.#marks
    switch (event.type) {
      case 'step-started':
        this.#running.set(event.step, atMs)
        return null
      case 'step-succeeded': {
        const how =
          event.exercised === 'recorded'
            ? ', recorded only'
            : event.exercised === 'no'
              ? ', not exercised'
              : ''
        return `${done} ${this.#title(event.step)} (${this.#end(event.step, atMs)}${how})`
      }
      case 'step-failed': {
        const { code, message } = event.error
        return `${failed} ${this.#title(event.step)} (${this.#end(event.step, atMs)}): ${code}: ${visible(message)}`
      }
      case 'step-retry-scheduled':
        this.#ended.delete(event.step)
        return `${again} ${this.#title(event.step)}: again in ${durationText(event.delayMs)}`
      case 'step-skipped':
        this.#ended.add(event.step)
        return `${skipped} ${this.#title(event.step)}: ${event.reason === 'condition' ? 'not needed here' : `not exercised: ${visible(event.detail)}`}`
      case 'fault-fired':
        return `${note} fault ${event.fault.kind} fired: ${visible(event.detail)}`
      case 'approval-given':
        return `${note} ${this.#title(event.step)}: approved by ${visible(event.by)}`
      case 'cancel-requested':
        return `${note} cancelling: ${visible(event.reason)}`
      case 'run-resumed':
        return `${note} resumed ${durationText(event.gapMs)} after the run was interrupted`
      default:
        return null
    }
  }

  #title(step: string): string {
    return visible(this.#titles.get(step) ?? step)
  }

  #end(step: string, atMs: number): string {
    const since = this.#running.get(step) ?? atMs
    this.#running.delete(step)
    this.#ended.add(step)
    return durationText(atMs - since)
  }
}
