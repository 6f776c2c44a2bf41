import type { HeldObligation, RunEvent } from '@dr-drill/runbook-core'

/**
 * What an agent has told so far, as far as the next agent of the same run must know it: how many effects each step has had, which
 * baselines stand in the journal, and what is held. An agent keeps nothing of this beyond its own life.
 */
export class ToldEvents {
  readonly #effects = new Map<string, number>()
  readonly #baselined = new Set<string>()
  readonly #held = new Map<string, Pick<HeldObligation, 'step' | 'obligation'>>()
  readonly #givenBack = new Set<string>()

  observe(event: RunEvent): void {
    switch (event.type) {
      case 'effect-intended':
        this.#effects.set(event.step, Math.max(this.effectsOf(event.step), event.ordinal))
        break
      case 'evidence-collected':
        if (event.subject.startsWith('baseline:')) this.#baselined.add(event.subject)
        break
      case 'obligation-taken':
        this.#givenBack.delete(event.obligation.id)
        this.#held.set(event.obligation.id, event)
        break
      case 'obligation-discharged':
        this.#givenBack.add(event.id)
        this.#held.delete(event.id)
    }
  }

  /** Takes over what an earlier process holds by the journal. */
  adopt(known: readonly HeldObligation[]): void {
    for (const { step, obligation, effectsBefore } of known) {
      this.#effects.set(step, Math.max(this.effectsOf(step), effectsBefore))
      const { id } = obligation
      if (!this.#held.has(id) && !this.#givenBack.has(id)) this.#held.set(id, { step, obligation })
    }
  }

  effectsOf(step: string): number {
    return this.#effects.get(step) ?? 0
  }

  get baselined(): readonly string[] {
    return [...this.#baselined]
  }

  /** What is held now, oldest first. */
  get held(): readonly HeldObligation[] {
    return [...this.#held.values()].map(({ step, obligation }) => ({
      step,
      obligation,
      effectsBefore: this.effectsOf(step),
    }))
  }
}
