import { type CallContext, Deferred, type PortHandlers, type VirtualTime } from '@dr-drill/runbook-core'

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly deferred: Deferred<undefined>
}

/** Drill time that passes only when everything waits. */
export class VirtualClock implements VirtualTime {
  now: number
  #order = 0
  #sleepers: Sleeper[] = []

  constructor(now = 0) {
    this.now = now
  }

  readonly handlers: PortHandlers = {
    drillNow: () => this.now,
    historyNow: () => 1_770_000_000_000 + this.now,
    sleep: (input: { ms: number }, context: CallContext) => this.#sleep(input.ms, context),
  }

  advance(): boolean {
    const next = this.#sleepers.sort((a, b) => a.at - b.at || a.order - b.order).shift()
    if (next === undefined) return false
    this.now = next.at
    next.deferred.succeed(undefined)
    return true
  }

  #sleep(ms: number, context: CallContext): Deferred<undefined> {
    const sleeper = { at: this.now + ms, order: this.#order, deferred: new Deferred<undefined>() }
    this.#order += 1
    this.#sleepers.push(sleeper)
    context.onCancel(() => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
      if (sleeper.deferred.exit === null) sleeper.deferred.succeed(undefined)
    })
    return sleeper.deferred
  }
}
