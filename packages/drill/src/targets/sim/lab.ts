import type { Checksums } from '@dr-drill/runbook-core'
import {
  BlobMemory,
  type DrawContext,
  type DrawLog,
  type DrawnDrill,
  type DrawnStep,
  type ExplorationSpace,
  type ExploredDrill,
  isCounted,
  type PreparedRunbook,
  type Production,
  type ProductionKey,
  pooledProductions,
  recordProduction,
  rememberingChecksums,
  type SimulatedDrill,
  type SimulationOptions,
  settleDrill,
  simulateDrill,
} from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'
import { ENGINE_VERSION, engineArtifact } from '../engine-artifact.ts'
import { type GivenRunbook, RunbookShelf } from './runbook-of.ts'

/** How a drill is performed: the same either way. */
export interface HowPerformed {
  /** Whether results of pure work on immutable bytes may be remembered. */
  readonly memory: boolean
  /** Receives every draw. */
  readonly draws: DrawLog | null
  readonly approvals?: Readonly<Record<string, string>>
  /** Drill time; null: none. */
  readonly deadlineMs?: number | null
}

/** Sizes that a counterexample shrinks to. */
const SMALLER_ASSERTIONS = [40, 300]

/** What a lab may be given besides its runbook. */
export interface LabGiven {
  /** Shares the productions that it has lived and what it remembers. */
  readonly like?: Lab
  /** Made by the runbook's actions. */
  readonly mistakes?: SimulationOptions['mistakes']
  /** A production as drills find it, where something is wrong with what is kept beside it. */
  readonly asDrilled?: (production: Production) => Production
}

/** Everything that one thread needs for simulated drills of one runbook. Productions are lived once and remembered. */
export class Lab {
  readonly #runbook: GivenRunbook
  readonly #remembering: RunbookShelf
  /** Made when a drill is to be performed with nothing remembered. */
  #plain: RunbookShelf | null = null
  readonly #checksums: Checksums
  readonly #productions: Map<string, Production>
  readonly #mistakes: SimulationOptions['mistakes']
  readonly #asDrilled: (production: Production) => Production
  /** The last drill that was explored: settling a drill performs it, and whoever explores it then asks for it again. */
  #last: { readonly drill: DrawnDrill; readonly explored: ExploredDrill } | null = null

  constructor(runbook: GivenRunbook, given: LabGiven = {}) {
    const { like } = given
    this.#runbook = runbook
    this.#checksums =
      like === undefined ? rememberingChecksums(nativeChecksums, new BlobMemory()) : like.#checksums
    this.#remembering = new RunbookShelf(runbook, this.#checksums)
    this.#productions = like === undefined ? new Map() : like.#productions
    this.#mistakes = given.mistakes
    this.#asDrilled = given.asDrilled ?? ((production) => production)
  }

  /** The production of a key. */
  readonly production = (key: ProductionKey): Production => {
    const name = `${key.seed}/${key.assertions}`
    const known = this.#productions.get(name)
    if (known !== undefined) return known
    const production = recordProduction({
      ...key,
      checksums: nativeChecksums,
      digests: nativeS3Digests,
      engineVersion: ENGINE_VERSION,
      artifacts: [engineArtifact()],
    })
    this.#productions.set(name, production)
    return production
  }

  /** The runbook for a production: with the key of its signer. */
  prepared(key: ProductionKey, memory = true): PreparedRunbook {
    if (!memory) this.#plain ??= new RunbookShelf(this.#runbook)
    const shelf = memory ? this.#remembering : (this.#plain ?? this.#remembering)
    return shelf.prepared(this.production(key).trustKey)
  }

  /** Performs a drill. Same drill, same bytes. */
  perform(drill: DrawnDrill, how: HowPerformed): SimulatedDrill {
    return simulateDrill(this.#options(drill, how))
  }

  /** The same, as an exploration sees it. */
  readonly explore = (drill: DrawnDrill, how: HowPerformed): ExploredDrill => {
    const isPlain = how.memory && how.draws === null
    if (isPlain && this.#last?.drill === drill) return this.#last.explored
    const { events, judged, checked } = this.perform(drill, how)
    const violated = checked.violations.map(({ id }) => id)
    const explored = { events, judged, faults: judged.faults, violated }
    if (isPlain) this.#last = { drill, explored }
    return explored
  }

  /** What the drills of an exploration are drawn from. */
  space(seed: number, kinds: readonly string[], assertions: number): ExplorationSpace {
    const pool = pooledProductions(seed, assertions)
    const { production } = this
    const context = this.context(pool[0])
    const perform = (drill: DrawnDrill): ExploredDrill => this.explore(drill, { memory: true, draws: null })
    const settled = (drill: DrawnDrill): DrawnDrill => settleDrill(drill, context, perform)
    return { kinds, context, pool, production, settled, smallerAssertions: SMALLER_ASSERTIONS }
  }

  /** The steps of the runbook as faults are drawn over them: those that a drill without faults performs. */
  context(key: ProductionKey | undefined): DrawContext {
    if (key === undefined) return { steps: [] }
    const calls = new Tallied()
    const effects = new Tallied()
    const { events } = simulateDrill({
      ...this.#options(plainDrill(key, this.production(key)), { memory: true, draws: null }),
      mistakes: (step) => (call, next) => {
        if (isCounted(call)) calls.add(step)
        return next(call)
      },
    })
    const begun = new Set<string>()
    for (const { event } of events) {
      if (event.type === 'effect-intended') effects.add(event.step)
      if (event.type === 'step-started') begun.add(event.step)
    }
    const { runbook, actions } = this.prepared(key)
    const steps = runbook.steps.filter(({ id }) => begun.has(id))
    return {
      steps: steps.map(({ id, action }): DrawnStep => {
        const traits = actions.get(action.kind)?.traits ?? []
        return { id, effects: effects.of(id), calls: calls.of(id), traits }
      }),
    }
  }

  #options(drill: DrawnDrill, how: HowPerformed): SimulationOptions {
    const { draws, memory, approvals = {}, deadlineMs = null } = how
    const { production, seed, faults, failureAt, disaster } = drill
    return {
      prepared: this.prepared(production, memory),
      checksums: memory ? this.#checksums : nativeChecksums,
      digests: nativeS3Digests,
      seed,
      faults,
      production: this.#asDrilled(this.production(production)),
      failureAt,
      disaster,
      ledgerGiven: true,
      trusted: true,
      draws,
      approvals,
      ...(deadlineMs === null ? {} : { deadlineMs }),
      ...(this.#mistakes === undefined ? {} : { mistakes: this.#mistakes }),
    }
  }
}

/** How often something happened, by step. */
class Tallied {
  readonly #counts = new Map<string, number>()

  add(step: string): void {
    this.#counts.set(step, this.of(step) + 1)
  }

  of(step: string): number {
    return this.#counts.get(step) ?? 0
  }
}

/** Nothing goes wrong but the disaster, at the end of a production's life; everybody knows at once. */
const plainDrill = (production: ProductionKey, { endsAt }: Production): DrawnDrill => ({
  seed: 0,
  production,
  failureAt: endsAt,
  disaster: { kind: 'server', detectionMs: 0, declarationMs: 0 },
  faults: [],
})
