import { readFileSync } from 'node:fs'
import { type AuthoredRunbook, evidenceOf, type FaultRecord, type Middleware } from '@dr-drill/runbook-core'
import { parseDocument } from '@dr-drill/runbook-core/yaml'
import {
  type DrawnDrill,
  faultKind,
  type Production,
  parseFault,
  type Scenario,
  type SimulatedDrill,
} from '@dr-drill/simulator'
import { Lab } from '../../src/targets/sim/lab.ts'
import { carelessRunbook } from './careless-runbooks.ts'
import { detectionPath, type Met, Observer, type Usual, usual } from './detection-path.ts'
import { MISTAKES } from './mistakes.ts'

const FILE = 'fixtures/runbooks/full-restore.yaml'
/** For faults that strike only where a person is asked. */
const ASKING = 'asks-before-traffic'
/** A production with archived log behind its newest backup, and a tail that nobody had archived. */
const PRODUCTION = { seed: 5, assertions: 300 }
export const CUT = '2026-02-11T17:40:00Z'
/** Whose ledger ends where the log in the bucket ends. */
export const LEDGER_IN_BUCKET = 'keeps its ledger in the bucket that it restores from'
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
  readonly #asking: Observer
  readonly #askingLab: Lab
  readonly #labs = new Map<string, Lab>()
  #mistake: ((step: string) => Middleware) | null = null

  /** `root` is the repository. */
  constructor(root: string) {
    this.#text = readFileSync(`${root}/${FILE}`, 'utf8')
    const given = { text: this.#text, file: FILE, params: {} }
    this.#lab = new Lab(given)
    this.#observer = new Observer(given, this.#lab)
    const text = readFileSync(`${root}/fixtures/runbooks/${ASKING}.yaml`, 'utf8')
    const asking = { text, file: ASKING, params: {} }
    this.#asking = new Observer(asking, this.#lab)
    this.#askingLab = new Lab(asking, { like: this.#lab, mistakes: this.#making })
    this.#plain = usual(Array.from({ length: PLAIN_RUNS }, (_, nth): Met => this.#perform([], nth)))
  }

  show(fault: string): Shown {
    const faults = [parseFault(fault)]
    const met = asks(fault) ? this.#asking.perform(drillOf(faults)) : this.#perform(faults)
    return { drill: met.drill, path: detectionPath(met, this.#plain) }
  }

  /** The invariants that are violated when somebody careless drills with a fault, or with none, after a disaster at this instant. */
  violatedBy(by: string | null, fault: string | null, cut = CUT): readonly string[] {
    const drill = drillOf(fault === null ? [] : [parseFault(fault)], 0, cut)
    const careless = this.#careless(by, drill)
    const isAsking = fault !== null && asks(fault)
    const { judged, checked } = (isAsking ? this.#askingLab : careless).perform(drill, HOW)
    if (judged.faults.some(({ fired }) => !fired)) throw new Error(`${fault} did not strike`)
    return checked.violations.map(({ id }) => id)
  }

  #careless(by: string | null, drill: DrawnDrill): Lab {
    this.#mistake = null
    if (by === null) return this.#lab
    if (by === LEDGER_IN_BUCKET) return this.#withLedgerOf(drill)
    const mistake = MISTAKES.find(({ name }) => name === by)
    // What a mistake remembers is of one run.
    this.#mistake = mistake?.make(this.#lab.production(PRODUCTION)) ?? null
    const known = this.#labs.get(by)
    if (known !== undefined) return known
    const lab = mistake === undefined ? this.#withRunbook(by) : this.#withMistakes()
    this.#labs.set(by, lab)
    return lab
  }

  /** Of a ledger in the same bucket as much is left as of the log there: as many acknowledgements as came back. */
  #withLedgerOf(drill: DrawnDrill): Lab {
    const { judged } = this.#lab.perform(drill, HOW)
    const recovered = evidenceOf(judged.record, 'oracle')?.loss.recovered ?? 0
    const { ledger } = this.#lab.production(PRODUCTION)
    const last = ledger.findIndex(
      ({ op, position }) => op === 'acknowledged' && Number(position) === recovered,
    )
    const given = { text: this.#text, file: FILE, params: {} }
    return new Lab(given, { like: this.#lab, asDrilled: (production) => endingAt(production, last + 1) })
  }

  #withRunbook(name: string): Lab {
    const runbook = carelessRunbook(name, parseDocument(this.#text, FILE).value as AuthoredRunbook)
    return new Lab({ text: JSON.stringify(runbook), file: name, params: {} }, { like: this.#lab })
  }

  #withMistakes(): Lab {
    return new Lab({ text: this.#text, file: FILE, params: {} }, { like: this.#lab, mistakes: this.#making })
  }

  /** The mistake of the moment. */
  readonly #making = (step: string): Middleware => this.#mistake?.(step) ?? ((call, next) => next(call))

  #perform(faults: readonly FaultRecord[], nth = 0): Met {
    return this.#observer.perform(drillOf(faults, nth))
  }
}

const asks = (fault: string): boolean => faultKind(fault.split(':', 1)[0] ?? '').asks !== undefined

/** A production of whose ledger only so many lines can be read. */
function endingAt(production: Production, lines: number): Production {
  return Object.create(production, {
    cutAt: { value: (at: number) => ({ ...production.cutAt(at), lines }) },
  }) as Production
}

function drillOf(faults: readonly FaultRecord[], nth = 0, cut = CUT): DrawnDrill {
  return {
    seed: 1 + nth,
    production: PRODUCTION,
    failureAt: Date.parse(cut),
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
    runbook: asks(fault)
      ? { id: ASKING, digest: null, file: `../../runbooks/${ASKING}.yaml` }
      : { id: 'full-restore', digest: null, file: null },
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
