import type { z } from 'zod'
import type { Checksums } from '../checksums/checksums.ts'
import type { Task } from '../effects/index.ts'

/** A thing an action touches, as `scheme:name`: `path:/var/lib/x`, `store:source`, `service:x`, `traffic:x`, `dns:x`, `people:x`. */
export type Resource = `${string}:${string}`

/** What an action does to the world; feeds linter, least-privilege policy and the invariants. */
export interface DeclaredEffects {
  readonly reads: readonly Resource[]
  readonly writes: readonly Resource[]
  /** What may no longer exist afterwards. */
  readonly destroys: readonly Resource[]
  /** What clients or people can see from now on. */
  readonly exposes: readonly Resource[]
}

/** Named abilities of a target beyond its ports. */
export const CAPABILITIES = [
  'chown',
  'change-bind-address',
  'service-manager',
  'commands',
  'dns',
  'traffic',
  'alerts',
  'notify',
] as const

/** What an action or a step needs of its target beyond the ports. */
export type Capability = (typeof CAPABILITIES)[number]

/**
 * What an action is for, where declared effects do not tell it; read by linter and engine instead of kinds' names. A `gate`
 * decides whether clients may come; `answers-clients` proves from outside that they are served; `volatile`: what it made dies
 * with the host's processes, so a resume performs it again unless the world shows that it still holds.
 */
export type Trait =
  | 'preflight'
  | 'fences'
  | 'selects'
  | 'verifies-authenticity'
  | 'fetches'
  | 'falls-back'
  | 'verifies'
  | 'places'
  | 'protects-files'
  | 'configures'
  | 'installs'
  | 'pins-digest'
  | 'stops'
  | 'starts'
  | 'validates'
  | 'probes-by-writing'
  | 'protects'
  | 'gate'
  | 'exposes'
  | 'answers-clients'
  | 'notifies'
  | 'approves'
  | 'runs-commands'
  | 'volatile'

/** Milliseconds: best, likely, worst. */
export interface DurationEstimate {
  readonly bestMs: number
  readonly likelyMs: number
  readonly worstMs: number
}

/** What the engine tells an action about the invocation it performs. */
export interface ActionContext {
  readonly runId: string
  readonly step: string
  /** SHA-256(run, step, ordinal, input digest): the same across retries and resume. */
  readonly idempotencyKey: string
  readonly attempt: number
  /** Who approved this step (`--approve STEP=NAME`); null while nobody has. */
  readonly approvedBy: string | null
  readonly checksums: Checksums
  /** Abilities the target has. */
  readonly capabilities: ReadonlySet<Capability>
}

/** One kind of action: one file, written once over ports, performed alike on every target. */
export interface ActionDefinition<I, O> {
  readonly kind: string
  /** One sentence for `explain`. */
  readonly summary: string
  readonly input: z.ZodType<I>
  /** Output is JSON. */
  readonly output: z.ZodType<O>
  readonly effects: (input: I) => DeclaredEffects
  /** Missing ones make the step not-exercised if `optional`, else the plan says that it cannot run here. */
  readonly capabilities: {
    readonly required: readonly Capability[]
    readonly optional: readonly Capability[]
  }
  readonly traits: readonly Trait[]
  /** Ids of the ports that `run` calls. */
  readonly ports: readonly string[]
  /** Without a step's own estimate. */
  readonly estimate: (input: I) => DurationEstimate
  /** Performs it; must converge when run again after a crash at any effect. */
  readonly run: (input: I, context: ActionContext) => Task<O>
  /** The output when the world shows it done already; null otherwise. */
  readonly alreadyDone?: (input: I, context: ActionContext) => Task<O | null>
  readonly undo?: (input: I, output: O, context: ActionContext) => Task<void>
}

/** An action of any kind, as engine, planner, linter and reporters see it. */
// biome-ignore lint/suspicious/noExplicitAny: inputs and outputs are checked by the definition's own schemas
export type AnyAction = ActionDefinition<any, any>

/** Declares an action kind. */
export function defineAction<I, O>(definition: ActionDefinition<I, O>): ActionDefinition<I, O> {
  return Object.freeze(definition)
}

/** Action kinds by name. */
export class ActionRegistry {
  readonly #byKind = new Map<string, AnyAction>()

  constructor(actions: readonly AnyAction[] = []) {
    for (const action of actions) this.register(action)
  }

  /** Adds a kind. @throws ProgrammerError on a second of the same name */
  register(action: AnyAction): void {
    if (this.#byKind.has(action.kind)) throw new TypeError(`action kind ${action.kind} is registered already`)
    this.#byKind.set(action.kind, action)
  }

  get(kind: string): AnyAction | null {
    return this.#byKind.get(kind) ?? null
  }

  /** Sorted by kind. */
  get kinds(): readonly string[] {
    return [...this.#byKind.keys()].sort()
  }
}
