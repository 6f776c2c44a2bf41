import type { Capability, DurationEstimate } from '../actions/define-action.ts'
import type { RetryPolicy } from '../effects/index.ts'
import type { Json } from '../text/json.ts'

/** What expressions see. Instants are integer milliseconds. */
export interface Scope {
  /** Parameters by name, as integers (durations in ms, sizes in bytes), strings or booleans. */
  readonly params: Readonly<Record<string, Json>>
  /** Steps that have ended well: outputs and captures. A skipped step has `{skipped: true}`. */
  readonly steps: Readonly<Record<string, Json>>
  /** Facts of the run: id, mode, environment, target, capabilities, failureAt. */
  readonly run: Readonly<Record<string, Json>>
  /** Known at plan time, in estimates only: backupBytes, logBytes, records. */
  readonly facts?: Readonly<Record<string, Json>>
}

/** A checked CEL expression (no time-zone getters, no `matches`). */
export interface Expression {
  readonly source: string
  /** Step ids it refers to; they must be among the step's ancestors. */
  readonly steps: readonly string[]
  readonly params: readonly string[]
  /** @throws OperatingError `input-invalid` when the value is missing or of the wrong type */
  evaluate(scope: Scope): Json
}

/** A value in which any string may have been an expression `${ ... }` (the whole string, never a part of it). */
export type Template =
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Template])[] }

/** A parameter with its value and where that came from. */
export interface QualifiedParameter {
  readonly name: string
  readonly type: 'duration' | 'size' | 'integer' | 'boolean' | 'string'
  readonly description: string
  /** Resolved: an explicit value, else the target's profile, else the default. */
  readonly value: number | boolean | string
  readonly source: 'explicit' | 'profile' | 'default'
}

/** A group of steps under one heading and budget: the seed's numbered steps. */
export interface StepGroup {
  readonly id: string
  readonly title: string
  readonly budgetMs: number | null
}

/** A step with every default filled and every reference resolved. */
export interface QualifiedStep {
  readonly id: string
  readonly title: string
  readonly group: string
  /** Steps that must have ended well (or been skipped) before this one starts. */
  readonly needs: readonly string[]
  readonly action: { readonly kind: string; readonly with: Template }
  /** Abilities of the target without which this step is not-exercised: the target said beforehand that it lacks them. */
  readonly requires?: readonly Capability[]
  /** Null: always. False when evaluated: the step is skipped. */
  readonly when: Expression | null
  readonly retry: RetryPolicy
  /** Of one attempt. */
  readonly timeoutMs: number
  readonly estimate: StepEstimate
  /** Each must be true of `steps.<this>` when the action has ended; else the step fails with `check-failed`. */
  readonly verify: readonly Expression[]
  /** Whether a failed or abandoned run undoes this step. */
  readonly undo: 'never' | 'on-abandon'
  /** Extra names under `steps.<this>.`, computed from its output. */
  readonly capture: readonly (readonly [string, Expression])[]
  /** 1-based line in the authored file; null from a builder. */
  readonly line: number | null
}

/** Fixed three points, a rate over a size known at plan time, or the action's own. */
export type StepEstimate =
  | { readonly kind: 'fixed'; readonly estimate: DurationEstimate }
  | {
      readonly kind: 'rate'
      /** Expression giving bytes (or records). */
      readonly size: Expression
      readonly perSecond: { readonly best: number; readonly likely: number; readonly worst: number }
    }
  | { readonly kind: 'action' }

/** One line of the checklist a person reads after a restore. */
export interface ChecklistItem {
  readonly id: string
  readonly title: string
  /** All must have succeeded. */
  readonly steps: readonly string[]
}

/** How production protects itself; the worst-case RPO is derived from it (D05). */
export interface Protection {
  readonly backupIntervalMs: number
  readonly archiveIntervalMs: number
  /** Timer accuracy; systemd's default is 1 min. */
  readonly archiveAccuracyMs: number
  /** Longest an archive cycle takes, rotation included. */
  readonly archiveDurationMs: number
  /** Without rotation each cycle a record may stay in an open segment for ever: unbounded. */
  readonly rotatesEachCycle: boolean
}

/** A runbook with every default and reference resolved. Engine, planner, linter and reporters read this and nothing else. */
export interface QualifiedRunbook {
  readonly id: string
  readonly title: string
  readonly file: string | null
  readonly objectives: { readonly rtoMs: number; readonly rpoMs: number }
  readonly parameters: readonly QualifiedParameter[]
  readonly groups: readonly StepGroup[]
  /** In authored order. */
  readonly steps: readonly QualifiedStep[]
  /** The step whose success lets traffic in. */
  readonly gate: string
  readonly checklist: readonly ChecklistItem[]
  readonly protection: Protection
  /** SHA-256 of the canonical JSON of the authored runbook and the resolved parameters. */
  readonly digest: string
}
