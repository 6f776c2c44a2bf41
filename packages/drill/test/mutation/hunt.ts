import { readFileSync } from 'node:fs'
import { type AuthoredRunbook, OperatingError } from '@dr-drill/runbook-core'
import { parseDocument } from '@dr-drill/runbook-core/yaml'
import {
  drawDrill,
  type ExplorationSpace,
  FAULTS,
  type Mutant,
  mutantsOf,
  runSeed,
  skipCalls,
} from '@dr-drill/simulator'
import { Lab } from '../../src/targets/sim/lab.ts'

/** Drills that each mutant is given to be caught in. */
export const RUNS_MAX = 300
/** Records of the productions drilled: mistakes show as well on small ones, and faster. */
const ASSERTIONS = 120
const FILE = 'fixtures/runbooks/full-restore.yaml'
const TEXT = readFileSync(FILE, 'utf8')

/** What came of hunting one mutant. */
export type Hunt =
  /** No runbook any more, or it changes nothing that the runbook does: nobody can make this mistake. */
  | { readonly kind: 'no-mutant'; readonly why: string }
  | { readonly kind: 'caught'; readonly run: number; readonly by: readonly string[] }
  | { readonly kind: 'survived' }

/** Names one mutant of a runbook. */
export const nameOf = ({ operator, site }: Mutant): string => `${operator} ${site}`

/** Hunts mutants of the shipped runbook over the same drills, which the runbook itself passes. */
export class MutantHunt {
  readonly mutants: readonly Mutant[]
  readonly #lab = new Lab({ text: TEXT, file: FILE, params: {}, profile: 'sim' })
  readonly #space: ExplorationSpace
  readonly #seed: number

  constructor(seed: number) {
    this.#seed = seed
    const kinds = FAULTS.map(({ kind }) => kind)
    this.#space = this.#lab.space(seed, kinds, ASSERTIONS)
    this.mutants = [...mutantsOf(parseDocument(TEXT, FILE).value as AuthoredRunbook)]
  }

  /** Violations of the runbook itself in the first runs: there are none, or catching a mutant would prove nothing. */
  violationsOfOriginal(runs: number): readonly string[] {
    return Array.from({ length: runs }, (_, run) => run).flatMap((run) =>
      this.#violated(this.#lab, run).map((id) => `run ${run}: ${id}`),
    )
  }

  hunt(mutant: Mutant, runs: number = RUNS_MAX): Hunt {
    const why = this.cannotBeMade(mutant)
    if (why !== null) return { kind: 'no-mutant', why }
    const lab = this.#labOf(mutant, () => {})
    for (let run = 0; run < runs; run += 1) {
      const by = this.#violated(lab, run)
      if (by.length > 0) return { kind: 'caught', run, by }
    }
    return { kind: 'survived' }
  }

  /** Why nobody can make this mistake: it is no runbook any more, or nothing that the runbook does changes; null when one can. */
  cannotBeMade(mutant: Mutant): string | null {
    let skipped = 0
    try {
      const lab = this.#labOf(mutant, () => {
        skipped += 1
      })
      if (mutant.skips === null) return null
      this.#performPlain(lab)
    } catch (error) {
      if (error instanceof OperatingError) return error.message
      throw error
    }
    return skipped === 0 ? 'the step makes no such call' : null
  }

  #labOf({ runbook, site, skips }: Mutant, onSkipped: () => void): Lab {
    return new Lab(
      { text: JSON.stringify(runbook), file: site, params: {}, profile: 'sim' },
      { like: this.#lab, ...(skips === null ? {} : { mistakes: skipCalls(skips, onSkipped) }) },
    )
  }

  #violated(lab: Lab, run: number): readonly string[] {
    const drill = drawDrill(runSeed(this.#seed, run), this.#space)
    return lab.explore(drill, { memory: true, draws: null }).violated
  }

  /** Nothing goes wrong but the disaster. */
  #performPlain(lab: Lab): void {
    const [production] = this.#space.pool
    if (production === undefined) throw new Error('a space has productions')
    const failureAt = this.#lab.production(production).endsAt
    const disaster = { kind: 'server', detectionMs: 0, declarationMs: 0 } as const
    lab.perform({ seed: 0, production, failureAt, disaster, faults: [] }, { memory: true, draws: null })
  }
}
