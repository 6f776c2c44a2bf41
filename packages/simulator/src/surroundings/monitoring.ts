import type { AlertsContract, PortHandler } from '@dr-drill/runbook-core'

/** How often monitoring looks at its targets, ms. */
const SCRAPE_INTERVAL_MS = 15_000

/** What monitoring is made from. */
export interface MonitoringOptions {
  readonly nowMs: () => number
  /** History time, ms. */
  readonly historyNowMs: () => number
  /** Names of what is scraped, and drill time since when each answers without a break; null: it does not. */
  readonly targets: readonly string[]
  readonly answersSince: (target: string) => number | null
  /** Names of alerts that the state of what is watched makes fire. */
  readonly rules: () => readonly string[]
  readonly met: (what: string) => void
}

/** Scrapes targets at an interval, so that it learns late that one is up; alerts fire when somebody makes them. */
export class Monitoring {
  readonly handlers: PortHandler<AlertsContract>
  readonly #options: MonitoringOptions
  #alerts: readonly { readonly name: string; readonly since: number }[] = []
  #blindUntilMs = 0

  constructor(options: MonitoringOptions) {
    this.#options = options
    this.handlers = {
      firing: () => {
        for (const { name } of this.#alerts) options.met(`alert-seen ${name}`)
        return this.firing
      },
      targets: () => this.#targets(),
    }
  }

  /** What fires now. */
  get firing(): readonly { readonly name: string; readonly since: number }[] {
    const since = this.#options.historyNowMs()
    return [...this.#alerts, ...this.#options.rules().map((name) => ({ name, since }))]
  }

  /** An alert fires until the function returned is called. */
  fire(name: string): () => void {
    const alert = { name, since: this.#options.historyNowMs() }
    this.#alerts = [...this.#alerts, alert]
    return () => {
      this.#alerts = this.#alerts.filter((other) => other !== alert)
    }
  }

  /** It sees no target for so long. */
  blind(ms: number): () => void {
    this.#blindUntilMs = Math.max(this.#blindUntilMs, this.#options.nowMs() + ms)
    return () => {
      this.#blindUntilMs = 0
    }
  }

  #targets() {
    const { nowMs, targets, answersSince } = this.#options
    const now = nowMs()
    const isBlind = now < this.#blindUntilMs
    if (isBlind) this.#options.met('monitoring-blind')
    const scrapedAt = now - (now % SCRAPE_INTERVAL_MS)
    return targets.map((name) => {
      const since = answersSince(name)
      const up = !isBlind && scrapedAt >= this.#blindUntilMs && since !== null && since <= scrapedAt
      return { name, up }
    })
  }
}
