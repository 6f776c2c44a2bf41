import type { ActionRegistry, Resource, Trait } from '../actions/index.ts'
import { buildGraph, type Graph } from '../runbook/graph.ts'
import type { QualifiedRunbook } from '../runbook/qualified.ts'
import { readStatically, type StaticStep } from '../runbook/static-steps.ts'

/** What rules read: the runbook, its graph, and every step that may run. */
export class LintContext {
  readonly runbook: QualifiedRunbook
  readonly graph: Graph
  /** Steps whose condition is not false for certain, in authored order. */
  readonly steps: readonly StaticStep[]
  readonly #byId: ReadonlyMap<string, StaticStep>

  constructor(runbook: QualifiedRunbook, registry: ActionRegistry) {
    this.runbook = runbook
    this.graph = buildGraph(runbook.steps)
    this.steps = readStatically(runbook, registry).filter((item) => !item.skipped)
    this.#byId = new Map(this.steps.map((item) => [item.step.id, item]))
  }

  withTrait(trait: Trait): readonly StaticStep[] {
    return this.steps.filter((item) => item.traits.has(trait))
  }

  /**
   * Steps that have certainly been performed when `item` starts: its ancestors without those that a condition may skip, unless it
   * is the same condition as the item's own.
   */
  before(item: StaticStep): readonly StaticStep[] {
    return this.#members(this.graph.ancestorsOf(item.step.id)).filter(
      ({ step }) => step.when === null || step.when.source === item.step.when?.source,
    )
  }

  /** Steps that wait for `item`. */
  after(item: StaticStep): readonly StaticStep[] {
    return this.#members(this.graph.descendantsOf(item.step.id))
  }

  isBefore(item: StaticStep, test: (one: StaticStep) => boolean): boolean {
    return this.before(item).some(test)
  }

  /** True when the gate has passed before the item starts. */
  isBehindGate(item: StaticStep): boolean {
    return this.isBefore(item, ({ step }) => step.id === this.runbook.gate)
  }

  /** The gate's step; null when its condition is always false. */
  get gate(): StaticStep | null {
    return this.#byId.get(this.runbook.gate) ?? null
  }

  #members(ids: ReadonlySet<string>): readonly StaticStep[] {
    return this.steps.filter((item) => ids.has(item.step.id))
  }
}

/** Resources of an effect with a scheme, without it: names of `path:`, `store:` and so on. */
export function named(
  item: StaticStep,
  effect: 'reads' | 'writes' | 'destroys' | 'exposes',
  ...schemes: string[]
): readonly string[] {
  const resources: readonly Resource[] = item.effects?.[effect] ?? []
  return resources
    .filter((resource) => schemes.some((scheme) => resource.startsWith(`${scheme}:`)))
    .map((resource) => resource.slice(resource.indexOf(':') + 1))
}

/** Steps whose action has the trait. */
export const hasTrait =
  (trait: Trait) =>
  (item: StaticStep): boolean =>
    item.traits.has(trait)
