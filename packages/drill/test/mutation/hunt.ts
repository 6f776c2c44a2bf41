import { readFileSync } from 'node:fs'
import { type AuthoredRunbook, OperatingError } from '@dr-drill/runbook-core'
import { parseDocument } from '@dr-drill/runbook-core/yaml'
import {
  type DrawnDrill,
  drawDrill,
  drawFault,
  type ExplorationSpace,
  kindsFor,
  type Mutant,
  mutantsOf,
  RandomStream,
  readFault,
  runSeed,
  skipCalls,
} from '@dr-drill/simulator'
import { Lab } from '../../src/targets/sim/lab.ts'
import { type Favours, favoursOf } from './favours.ts'

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
  /** The runbook as it was written. */
  readonly authored = parseDocument(TEXT, FILE).value as AuthoredRunbook
  readonly #lab = new Lab({ text: TEXT, file: FILE, params: {}, profile: 'sim' })
  readonly #space: ExplorationSpace
  readonly #seed: number
  #larger: ExplorationSpace | null = null

  constructor(seed: number) {
    this.#seed = seed
    const kinds = kindsFor(new Set())
    this.#space = this.#lab.space(seed, kinds, ASSERTIONS)
    this.mutants = [...mutantsOf(this.authored)]
  }

  /** Violations of the runbook itself in the first runs: there are none, or catching a mutant would prove nothing. */
  violationsOfOriginal(runs: number): readonly string[] {
    return Array.from({ length: runs }, (_, run) => run).flatMap((run) =>
      violatedIn(this.#lab, drawDrill(runSeed(this.#seed, run), this.#space)).map(
        (id) => `run ${run}: ${id}`,
      ),
    )
  }

  hunt(mutant: Mutant, runs: number = RUNS_MAX): Hunt {
    const why = this.cannotBeMade(mutant)
    if (why !== null) return { kind: 'no-mutant', why }
    const { favours, draw } = this.#drawing(mutant)
    const lab = this.#labOf(mutant, favours, () => {})
    for (let run = 0; run < runs; run += 1) {
      const by = violatedIn(lab, draw(run))
      if (by.length > 0) return { kind: 'caught', run, by }
    }
    return { kind: 'survived' }
  }

  /** What the gate was asked to believe in the first drills that reached it. */
  gateFacts(runs: number): readonly Readonly<Record<string, boolean>>[] {
    return Array.from({ length: runs }, (_, run) => run).flatMap((run) => {
      const drill = drawDrill(runSeed(this.#seed, run), this.#space)
      const { events } = this.#lab.perform(drill, { memory: true, draws: null })
      return events.flatMap(({ event }) =>
        event.type === 'step-started' && event.step === this.authored.gate
          ? [(event.input as { readonly facts: Readonly<Record<string, boolean>> }).facts]
          : [],
      )
    })
  }

  /** What the runbook itself violates in drills that a mutant is given: nothing. */
  violationsBeside(mutant: Mutant, run: number): readonly string[] {
    const { favours, draw } = this.#drawing(mutant)
    return violatedIn(this.#original(favours), draw(run))
  }

  /** Why nobody can make this mistake: it is no runbook any more, or nothing that the runbook does changes; null when one can. */
  cannotBeMade(mutant: Mutant): string | null {
    if (mutant.operator === 'shorten-timeout' && this.#waitsForNothing(mutant.site))
      return 'the step asks nothing of the world, so that no time passes in it'
    let skipped = 0
    try {
      const lab = this.#labOf(mutant, favoursOf(mutant), () => {
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

  #waitsForNothing(site: string): boolean {
    const step = stepOf(site)
    return this.#space.context.steps.some(({ id, calls }) => id === step && calls === 0)
  }

  /** Its drills: with the faults that it favours and, every other one, drawn as explorations draw them. */
  #drawing(mutant: Mutant): { readonly favours: Favours; readonly draw: (run: number) => DrawnDrill } {
    const favours = favoursOf(mutant)
    const space = this.#spaceOf(favours.assertions)
    return {
      favours,
      draw: (run) => {
        const seed = runSeed(this.#seed, run)
        const drill = drawDrill(seed, space)
        return run % 2 === 0
          ? { ...drill, faults: favoured(favours, stepOf(mutant.site), seed, space) }
          : drill
      },
    }
  }

  #spaceOf(assertions: number | null): ExplorationSpace {
    if (assertions === null) return this.#space
    this.#larger ??= this.#lab.space(this.#seed, this.#space.kinds, assertions)
    return this.#larger
  }

  #original({ params }: Favours): Lab {
    return new Lab({ text: TEXT, file: FILE, params, profile: 'sim' }, { like: this.#lab })
  }

  #labOf({ runbook, site, skips }: Mutant, { params }: Favours, onSkipped: () => void): Lab {
    return new Lab(
      { text: JSON.stringify(runbook), file: site, params, profile: 'sim' },
      { like: this.#lab, ...(skips === null ? {} : { mistakes: skipCalls(skips, onSkipped) }) },
    )
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

const stepOf = (site: string): string => site.split('.')[1] ?? ''

/** Ids of invariants that a drill violates; none where its faults find nothing to strike. */
function violatedIn(lab: Lab, drill: DrawnDrill): readonly string[] {
  return lab.explore(drill, { memory: true, draws: null }).violated
}

/** The faults of one of the sets that a mutant favours, in and around its steps. */
function favoured(favours: Favours, step: string, seed: number, space: ExplorationSpace) {
  const random = RandomStream.fromSeed(seed).split('favoured')
  const focus = favours.steps.length > 0 ? favours.steps : [step]
  const context = { steps: space.context.steps.filter(({ id }) => focus.includes(id)) }
  return random
    .split('set')
    .pick(favours.sets)
    .map((text, place) => {
      const [kind = '', given = ''] = text.split(/:(.*)/)
      const named = given === '' ? [] : given.split(',').map((part) => part.split('='))
      const drawn = drawFault(kind, random.split(`fault/${place}`), context)
      return readFault({ kind, with: { ...drawn.with, ...Object.fromEntries(named) } })
    })
}
