import { Mutex } from '../../effects/index.ts'
import type { HeldObligation } from '../executor.ts'

type Held = Omit<HeldObligation, 'effectsBefore'>

/** What one executor remembers of its run across invocations: ordinals, baselines and obligations. Everything else is journalled. */
export class RunLedger {
  readonly #ordinals = new Map<string, number>()
  readonly #held = new Map<string, Held>()
  readonly #givenBack = new Set<string>()
  readonly baselined = new Set<string>()
  /** Baselines are taken one step at a time, so that no root is listed twice. */
  readonly baselining = new Mutex()

  /** Ordinals up to `used` are taken already. */
  skipOrdinals(step: string, used: number): void {
    this.#ordinals.set(step, Math.max(this.#ordinals.get(step) ?? 0, used))
  }

  nextOrdinal(step: string): number {
    const ordinal = (this.#ordinals.get(step) ?? 0) + 1
    this.#ordinals.set(step, ordinal)
    return ordinal
  }

  /** Takes over what an earlier process holds by the journal. */
  adopt(known: readonly HeldObligation[]): void {
    for (const { step, obligation, effectsBefore } of known) {
      this.skipOrdinals(step, effectsBefore)
      const { id } = obligation
      if (!this.#held.has(id) && !this.#givenBack.has(id)) this.#held.set(id, { step, obligation })
    }
  }

  take(held: Held): void {
    this.#givenBack.delete(held.obligation.id)
    this.#held.set(held.obligation.id, held)
  }

  giveBack(id: string): void {
    this.#givenBack.add(id)
    this.#held.delete(id)
  }

  find(id: string): Held | null {
    return this.#held.get(id) ?? null
  }

  /** What is held now, oldest first. */
  get held(): readonly HeldObligation[] {
    return [...this.#held.values()].map((held) => ({
      ...held,
      effectsBefore: this.#ordinals.get(held.step) ?? 0,
    }))
  }
}
