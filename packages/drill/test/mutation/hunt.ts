import { readFileSync } from 'node:fs'
import type { AuthoredRunbook } from '@dr-drill/runbook-core'
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
    let skipped = 0
    let lab: Lab
    try {
      lab = new Lab(
        { text: JSON.stringify(mutant.runbook), file: mutant.site, params: {}, profile: 'sim' },
        {
          like: this.#lab,
          ...(mutant.skips === null
            ? {}
            : {
                mistakes: skipCalls(mutant.skips, () => {
                  skipped += 1
                }),
              }),
        },
      )
    } catch (error) {
      return { kind: 'no-mutant', why: (error as Error).message }
    }
    if (mutant.skips !== null) {
      this.#performPlain(lab)
      if (skipped === 0) return { kind: 'no-mutant', why: 'the step makes no such call' }
    }
    for (let run = 0; run < runs; run += 1) {
      const by = this.#violated(lab, run)
      if (by.length > 0) return { kind: 'caught', run, by }
    }
    return { kind: 'survived' }
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
