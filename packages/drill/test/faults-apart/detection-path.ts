import { evidenceOf, type Middleware, OperatingError, Settle, type Task } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { type DrawnDrill, isCounted, type SimulatedDrill } from '@dr-drill/simulator'
import { Lab } from '../../src/targets/sim/lab.ts'

/** Answers of these say how the world around the host is. */
const TELLING: ReadonlySet<string> = new Set([
  'Dns.resolve',
  'Traffic.backends',
  'Alerts.firing',
  'Alerts.targets',
])

const DATA_ROOTS: readonly string[] = [STEMEDB_PATHS.wal, STEMEDB_PATHS.db]
/** A step took so much longer than it ever does without a fault. */
const SLOWER_MS = 5_000

/** What a run met, noted while it ran, for a comparison with the same run without a fault. */
export interface Met {
  readonly drill: SimulatedDrill
  /** `STEP Port.method: code`, each once, in the order in which the run met them. */
  readonly failures: readonly string[]
  /** `STEP Port.method answers ...` of what surrounds the host. */
  readonly answers: ReadonlySet<string>
  /** How often each step made each call. */
  readonly calls: ReadonlyMap<string, number>
}

/** What runs without a fault meet, over several drills: where caches and polls happen to stand is nobody's fault. */
export interface Usual {
  readonly chosen: string | undefined
  readonly reasons: ReadonlySet<string>
  readonly lost: number | undefined
  readonly failures: ReadonlySet<string>
  readonly answers: ReadonlySet<string>
  readonly calls: ReadonlyMap<string, number>
  readonly durations: ReadonlyMap<string, number>
}

/** The most of everything that those runs met. They choose the same backup and lose the same. */
export function usual(runs: readonly Met[]): Usual {
  const most = (maps: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> => {
    const all = new Map<string, number>()
    for (const map of maps) for (const [key, value] of map) all.set(key, Math.max(value, all.get(key) ?? 0))
    return all
  }
  const [first] = runs
  return {
    chosen: first && chosenIn(first.drill),
    reasons: new Set(runs.flatMap(({ drill }) => drill.judged.selection.map(({ reason }) => reason))),
    lost: first && lostIn(first.drill),
    failures: new Set(runs.flatMap(({ failures }) => failures)),
    answers: new Set(runs.flatMap(({ answers }) => [...answers])),
    calls: most(runs.map(({ calls }) => calls)),
    durations: most(runs.map(({ drill }) => durations(drill))),
  }
}

/** Performs drills and notes what their steps meet, below everything that the run tells of itself. */
export class Observer {
  readonly #lab: Lab
  #failures: string[] = []
  #answers = new Set<string>()
  #calls = new Map<string, number>()

  constructor(given: ConstructorParameters<typeof Lab>[0], like: Lab) {
    this.#lab = new Lab(given, { like, mistakes: (step) => this.#tap(step) })
  }

  perform(drill: DrawnDrill): Met {
    this.#failures = []
    this.#answers = new Set()
    this.#calls = new Map()
    const performed = this.#lab.perform(drill, { memory: true, draws: null })
    return { drill: performed, failures: this.#failures, answers: this.#answers, calls: this.#calls }
  }

  #tap(step: string): Middleware {
    return (call, next) => (isCounted(call) ? this.#meet(step, call, next) : next(call))
  }

  *#meet(step: string, ...[call, next]: Parameters<Middleware>): Task<unknown> {
    const what = `${call.port}.${call.method}`
    this.#count(`${step} ${what}${call.port === 'FileSystem' ? kindOf(call.input) : ''}`)
    try {
      const answer = yield* new Settle(next(call))
      if (TELLING.has(what)) this.#answers.add(`${step} ${what} answers ${told(answer)}`)
      return answer
    } catch (error) {
      this.#fail(`${step} ${what}: ${reasonOf(error)}`)
      throw error
    }
  }

  #count(what: string): void {
    this.#calls.set(what, (this.#calls.get(what) ?? 0) + 1)
  }

  #fail(what: string): void {
    if (!this.#failures.includes(what)) this.#failures.push(what)
  }
}

/** Whether a call on a file system is about a data directory or about what lies in one. */
function kindOf(input: unknown): string {
  const { path } = input as { readonly path?: string }
  if (path === undefined) return ''
  return DATA_ROOTS.includes(path) ? ' of a directory' : ' of a file'
}

/** An answer without what only tells how long it will be remembered. */
const told = (answer: unknown): string =>
  JSON.stringify(answer, (key, value) => (key === 'ttlMs' || key === 'since' ? undefined : value))

/** The code, and what the far side answered where it answered anything. */
function reasonOf(error: unknown): string {
  if (!(error instanceof OperatingError)) return 'a defect'
  const answered = /^([A-Z]\w+): /.exec(error.message)?.[1]
  if (answered !== undefined) return `${error.code} (${answered})`
  if (/no answer within/.test(error.message)) return `${error.code} (no answer)`
  return /was reset/.test(error.message) ? `${error.code} (reset)` : error.code
}

/**
 * By what a run noticed a fault: everything in which it differs from runs without one, in classes that do not depend on which byte was
 * struck. Where only `STEP takes longer` stands it was noticed by time alone; empty: not at all.
 */
export function detectionPath(met: Met, plain: Usual): readonly string[] {
  const noticed = [
    ...met.failures.filter((one) => !plain.failures.has(one)),
    ...failedSteps(met),
    ...selection(met, plain),
    ...[...met.answers]
      .filter((one) => !plain.answers.has(one))
      .map((one) => one.replace(/ answers .*/, ' answers otherwise')),
    ...repeated(met, plain),
    ...losses(met, plain),
    ...(met.drill.events.some(({ event }) => event.type === 'run-resumed') ? ['the run is resumed'] : []),
  ]
  // A run that ended early went on much later: what took long then was the waiting.
  const slow = failedSteps(met).length > 0 ? [] : slower(met, plain)
  return [...noticed, ...slow].filter((one, at, all) => all.indexOf(one) === at)
}

function failedSteps({ drill }: Met): string[] {
  return drill.events.flatMap(({ event }) =>
    event.type === 'step-failed' ? [`${event.step} fails: ${event.error.code}`] : [],
  )
}

const chosenIn = ({ judged }: SimulatedDrill) => judged.selection.find(({ chosen }) => chosen)?.candidate

/** Why candidates were not taken, and whether another one was. */
function selection({ drill }: Met, plain: Usual): string[] {
  const reasons = drill.judged.selection
    .filter((one) => !one.chosen && !plain.reasons.has(one.reason))
    .map(({ reason }) => `something is passed over: ${reason.split(/[:;,]/, 1)[0]}`)
  const chosen = chosenIn(drill)
  return chosen !== undefined && chosen !== plain.chosen ? [...reasons, 'another backup is taken'] : reasons
}

/** Owners and modes that were set, and objects that were asked for, more often than without the fault. */
function repeated({ calls }: Met, plain: Usual): string[] {
  return [...calls].flatMap(([what, count]) => {
    if (count <= (plain.calls.get(what) ?? 0)) return []
    if (/^set-ownership .*set(Mode|Owner)/.test(what)) return [`${what} mends`]
    return /ObjectStore\.(download|versions)/.test(what) ? [`${what} more often`] : []
  })
}

const lostIn = ({ judged }: SimulatedDrill) => evidenceOf(judged.record, 'oracle')?.loss.lost

function losses({ drill }: Met, plain: Usual): string[] {
  const lost = lostIn(drill)
  return lost === undefined || lost === plain.lost ? [] : ['the ledger counts other losses']
}

function slower({ drill }: Met, plain: Usual): string[] {
  return [...durations(drill)].flatMap(([step, ms]) =>
    ms - (plain.durations.get(step) ?? 0) > SLOWER_MS ? [`${step} takes longer`] : [],
  )
}

function durations({ judged }: SimulatedDrill): ReadonlyMap<string, number> {
  return new Map(
    judged.steps.flatMap(({ step, record }) =>
      record?.started == null || record.ended === null
        ? []
        : [[step.id, record.ended.at - record.started.at] as const],
    ),
  )
}
