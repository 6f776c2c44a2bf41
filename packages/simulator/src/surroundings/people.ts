import type { NotifierContract, PortHandler } from '@dr-drill/runbook-core'
import { Refusals, refused } from './counted.ts'

/** How long somebody takes to approve when nothing else is said, ms. */
const APPROVAL_MS = 300_000

/** A notice that was accepted. */
export interface SentNotice {
  /** Drill time ms. */
  readonly atMs: number
  readonly channel: string
  readonly subject: string
}

/** Who is told, and who approves. */
export class People {
  readonly handlers: PortHandler<NotifierContract>
  readonly refusals = new Refusals()
  readonly notices: SentNotice[] = []
  readonly #met: (what: string) => void
  #approvalMs: number | null = APPROVAL_MS
  #isLate = false
  /** Whether anybody is known to be there who approves, sooner or later. */
  isSomebodyThere = false

  constructor(nowMs: () => number, met: (what: string) => void) {
    this.#met = met
    this.handlers = {
      send: ({ channel, subject }) => {
        if (this.refusals.meets()) {
          met('notice-refused')
          throw refused('the notifier', channel)
        }
        this.notices.push({ atMs: nowMs(), channel, subject })
      },
    }
  }

  /** Somebody is asked: how long they take, ms; null: they never answer. */
  askApproval(): number | null {
    if (this.#isLate) this.#met('approval-late')
    return this.#approvalMs
  }

  delayApprovals(ms: number | null): () => void {
    this.#approvalMs = ms
    this.#isLate = true
    this.isSomebodyThere = true
    return () => {
      this.#approvalMs = APPROVAL_MS
      this.#isLate = false
    }
  }
}
