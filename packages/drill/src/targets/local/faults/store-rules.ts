import { OperatingError } from '@dr-drill/runbook-core'
import type { S3RuleRecord } from '@dr-drill/simulator'
import { FAULTS_PATH } from '@dr-drill/simulator/server'

/** Fault rules of one embedded object store, which is a process of its own. */
export class StoreRules {
  readonly #url: string
  readonly #token: string
  readonly #hits = new Map<string, number>()
  #turn: Promise<unknown> = Promise.resolve()
  #rules: readonly S3RuleRecord[] = []

  constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  get rules(): readonly S3RuleRecord[] {
    return this.#rules
  }

  /** Replaces all rules; hits so far are kept here. */
  replace(rules: readonly S3RuleRecord[]): Promise<void> {
    return this.#alone(async () => {
      const { hits } = await this.#ask('PUT', JSON.stringify(rules))
      this.#keep(hits)
      this.#rules = rules
    })
  }

  /** How often each rule struck so far, by its id. */
  hits(): Promise<ReadonlyMap<string, number>> {
    return this.#alone(async () => {
      const now = new Map(this.#hits)
      if (this.#rules.length === 0) return now
      const { hits } = await this.#ask('GET', null)
      for (const [id, count] of Object.entries(hits)) now.set(id, (now.get(id) ?? 0) + count)
      return now
    })
  }

  #keep(hits: Readonly<Record<string, number>>): void {
    for (const [id, count] of Object.entries(hits)) this.#hits.set(id, (this.#hits.get(id) ?? 0) + count)
  }

  /** One request at a time: a count must not be asked for while it is being put back to zero. */
  #alone<A>(work: () => Promise<A>): Promise<A> {
    const mine = this.#turn.then(work)
    this.#turn = mine.catch(() => {})
    return mine
  }

  async #ask(method: 'GET' | 'PUT', body: string | null): Promise<{ hits: Record<string, number> }> {
    try {
      const answer = await fetch(`${this.#url}${FAULTS_PATH}`, {
        method,
        body,
        headers: { authorization: `Bearer ${this.#token}` },
        signal: AbortSignal.timeout(5_000),
      })
      const told = (await answer.json()) as { hits?: Record<string, number> }
      if (answer.ok && told.hits !== undefined) return { hits: told.hits }
      throw new Error(`status ${answer.status}`)
    } catch (cause) {
      throw new OperatingError('environment-lacking', `the embedded object store takes no fault rules`, {
        subject: this.#url,
        cause,
      })
    }
  }
}
