import type { RunEvent } from '../../journal/events.ts'
import type { Json } from '../../text/json.ts'
import type { SurveyRequest } from '../executor.ts'
import type { StepGraph } from '../state/step-graph.ts'

/** Ports whose intents name the very paths that they change. */
const BY_PATH: ReadonlySet<string> = new Set(['FileSystem', 'ObjectStore'])

type Intent = Extract<RunEvent, { readonly type: 'effect-intended' }>
type Members = { readonly [name: string]: Json }

/**
 * Folds a journal to what may explain the world's state: baselines, the paths that intents name, and which steps acted by other means
 * (services, commands, requests), whose declared writes may hold anything. Grows with the number of files, not with their bytes.
 */
export class Explanations {
  readonly #graph: StepGraph
  readonly #baselines = new Map<string, Json>()
  readonly #touched = new Set<string>()
  readonly #inputs = new Map<string, Json>()
  readonly #acting = new Map<string, { readonly kind: string; readonly input: Json }>()
  readonly #started = new Set<string>()
  readonly #units = new Map<string, Members>()

  constructor(graph: StepGraph) {
    this.#graph = graph
  }

  observe(event: RunEvent): void {
    if (event.type === 'step-started') this.#inputs.set(event.step, event.input)
    else if (event.type === 'effect-intended') this.#intent(event)
    else if (event.type === 'evidence-collected' && event.subject.startsWith('baseline:')) {
      if (!this.#baselines.has(event.subject)) this.#baselines.set(event.subject, event.evidence)
    }
  }

  request(): SurveyRequest {
    const started = new Set(this.#started)
    // What a timer starts is meant to run too.
    for (const name of this.#started) {
      const service = this.#units.get(name)?.service
      if (typeof service === 'string') started.add(service)
    }
    const writable = [...started].flatMap((name) => texts(this.#units.get(name)?.writablePaths))
    return {
      baselines: [...this.#baselines].map(([subject, evidence]) => ({ subject, evidence })),
      touched: [...this.#touched],
      acting: [...this.#acting.values()],
      started: [...started],
      writable,
    }
  }

  #intent(event: Intent): void {
    const input = members(event.input)
    for (const name of ['path', 'from', 'to']) {
      const path = input[name]
      if (BY_PATH.has(event.port) && typeof path === 'string') this.#touched.add(path)
    }
    if (event.port === 'Services') this.#service(event.method, input)
    if (BY_PATH.has(event.port)) return
    const index = this.#graph.indexOf.get(event.step)
    const kind = index === undefined ? undefined : this.#graph.steps[index]?.action.kind
    if (kind === undefined) return
    // One entry per step: its input is the same in every attempt that acted, or the last one counts.
    this.#acting.set(event.step, { kind, input: this.#inputs.get(event.step) ?? null })
  }

  #service(method: string, input: Members): void {
    if (method === 'install' && Array.isArray(input.units)) {
      for (const unit of input.units.map(members)) {
        if (typeof unit.name === 'string') this.#units.set(unit.name, unit)
      }
    }
    const starts = method === 'start' || method === 'enable' || method === 'runOnce'
    if (starts && typeof input.name === 'string') this.#started.add(input.name)
  }
}

function members(value: Json | undefined): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}
