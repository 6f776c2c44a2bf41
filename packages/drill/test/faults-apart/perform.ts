import { readFileSync } from 'node:fs'
import { type AuthoredRunbook, evidenceOf, type FaultRecord, type Middleware } from '@dr-drill/runbook-core'
import { parseDocument } from '@dr-drill/runbook-core/yaml'
import { type DrawnDrill, parseFault, type Scenario, type SimulatedDrill } from '@dr-drill/simulator'
import { Lab } from '../../src/targets/sim/lab.ts'
import { carelessRunbook } from './careless-runbooks.ts'
import { detectionPath, type Met, Observer, type Usual, usual } from './detection-path.ts'
import { MISTAKES } from './mistakes.ts'

const FILE = 'fixtures/runbooks/full-restore.yaml'
/** A production with archived log behind its newest backup, and a tail that nobody had archived. */
const PRODUCTION = { seed: 5, assertions: 300 }
const CUT = '2026-02-11T17:40:00Z'
const DELAY_MS = 60_000
const HOW = { memory: true, draws: null }
/** Drills without a fault, begun at different moments of polls and caches. */
const PLAIN_RUNS = 12

/** A fault as it shows itself in its scenario. */
export interface Shown {
  readonly drill: SimulatedDrill
  readonly path: readonly string[]
}

/** Performs the drills by which faults are told apart. */
export class Theatre {
  readonly #text: string
  readonly #lab: Lab
  readonly #observer: Observer
  readonly #plain: Usual
  readonly #labs = new Map<string, Lab>()
  #mistake: ((step: string) => Middleware) | null = null

  /** `root` is the repository. */
  constructor(root: string) {
    this.#text = readFileSync(`${root}/${FILE}`, 'utf8')
    const given = { text: this.#text, file: FILE, params: {} }
    this.#lab = new Lab(given)
    this.#observer = new Observer(given, this.#lab)
    this.#plain = usual(Array.from({ length: PLAIN_RUNS }, (_, nth): Met => this.#perform([], nth)))
  }

  show(fault: string): Shown {
    const met = this.#perform([parseFault(fault)])
    return { drill: met.drill, path: detectionPath(met, this.#plain) }
  }

  /** The invariants that are violated when somebody careless drills with a fault, or with none. */
  violatedBy(by: string | null, fault: string | null): readonly string[] {
    const faults = fault === null ? [] : [parseFault(fault)]
    const { judged, checked } = this.#careless(by).perform(drillOf(faults), HOW)
    if (judged.faults.some(({ fired }) => !fired)) throw new Error(`${fault} did not strike`)
    return checked.violations.map(({ id }) => id)
  }

  #careless(by: string | null): Lab {
    if (by === null) return this.#lab
    const mistake = MISTAKES.find(({ name }) => name === by)
    // What a mistake remembers is of one run.
    this.#mistake = mistake?.make(this.#lab.production(PRODUCTION)) ?? null
    const known = this.#labs.get(by)
    if (known !== undefined) return known
    const lab = mistake === undefined ? this.#withRunbook(by) : this.#withMistakes()
    this.#labs.set(by, lab)
    return lab
  }

  #withRunbook(name: string): Lab {
    const runbook = carelessRunbook(name, parseDocument(this.#text, FILE).value as AuthoredRunbook)
    return new Lab({ text: JSON.stringify(runbook), file: name, params: {} }, { like: this.#lab })
  }

  #withMistakes(): Lab {
    const mistakes = (step: string): Middleware => this.#mistake?.(step) ?? ((call, next) => next(call))
    return new Lab({ text: this.#text, file: FILE, params: {} }, { like: this.#lab, mistakes })
  }

  #perform(faults: readonly FaultRecord[], nth = 0): Met {
    return this.#observer.perform(drillOf(faults, nth))
  }
}

function drillOf(faults: readonly FaultRecord[], nth = 0): DrawnDrill {
  return {
    seed: 1 + nth,
    production: PRODUCTION,
    failureAt: Date.parse(CUT),
    disaster: { kind: 'server', detectionMs: DELAY_MS + nth * 47_000, declarationMs: DELAY_MS },
    faults,
  }
}

/** The scenario file of a fault, with what came of it. */
export function scenarioOf(title: string, fault: string, { judged, checked }: SimulatedDrill): Scenario {
  const loss = evidenceOf(judged.record, 'oracle')?.loss
  return {
    kind: 'scenario',
    schemaVersion: 1,
    title,
    seed: 1,
    production: { ...PRODUCTION, cut: CUT },
    disaster: { kind: 'server', detectionMs: DELAY_MS, declarationMs: DELAY_MS },
    faults: [{ ...parseFault(fault) }],
    runbook: { id: 'full-restore', digest: null, file: null },
    params: {},
    path: null,
    exploration: null,
    expect: {
      verdict: judged.verdict.kind,
      loss: loss === undefined ? null : { ...loss },
      violated: checked.violations.map(({ id }) => id),
    },
    digest: null,
  }
}
