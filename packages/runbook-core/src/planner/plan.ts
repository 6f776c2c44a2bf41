import type { ActionRegistry, DurationEstimate } from '../actions/index.ts'
import { buildGraph, type Graph } from '../runbook/graph.ts'
import type { QualifiedRunbook } from '../runbook/qualified.ts'
import { readStatically, type StaticStep } from '../runbook/static-steps.ts'
import { budgetsMs } from './budgets.ts'
import { type PeakDisk, peakDisk } from './disk.ts'
import { durationOf, type EstimateBasis, type StepDuration } from './durations.ts'
import { NO_FACTS, type PlanFacts, type PlanTarget } from './facts.ts'
import { type Forecast, forecast, type Uint32 } from './forecast.ts'
import { type Policy, policyOf } from './policy.ts'
import { type WorstCaseLoss, worstCaseLoss } from './recovery-point.ts'
import { type Schedule, schedule } from './schedule.ts'
import { fitTarget, type TargetFit } from './target.ts'

/** One step of a plan. Times in ms from the start of the run, at likely durations. */
export interface PlannedStep {
  readonly id: string
  readonly title: string
  readonly group: string
  readonly kind: string
  readonly needs: readonly string[]
  readonly estimate: DurationEstimate
  readonly basis: EstimateBasis
  readonly startMs: number
  readonly finishMs: number
  /** How much longer the step may take before the RTO is missed; negative when it is missed already. Null: nothing that ends the restore waits for it. */
  readonly slackMs: number | null
  /** How much longer it may take before the restore ends later. */
  readonly floatMs: number | null
  readonly critical: boolean
  /** Its share of the RTO: its likely duration stretched as the longest path through it may be. Null as `slackMs`. */
  readonly budgetMs: number | null
}

/** One group of steps and what it takes of the RTO. */
export interface PlannedGroup {
  readonly id: string
  readonly title: string
  readonly budgetMs: number | null
  /** How long at least one of its steps is at work. */
  readonly likelyMs: number
  readonly overBudget: boolean
}

/** What a restore will take and need, told without touching anything. `plan` in JSON is this. */
export interface Plan {
  readonly kind: 'plan'
  readonly schemaVersion: 1
  readonly runbook: {
    readonly id: string
    readonly title: string
    readonly digest: string
    readonly file: string | null
  }
  readonly order: readonly string[]
  readonly steps: readonly PlannedStep[]
  readonly groups: readonly PlannedGroup[]
  readonly criticalPath: {
    readonly steps: readonly string[]
    readonly bestMs: number
    readonly likelyMs: number
    readonly worstMs: number
  }
  readonly rto: {
    readonly targetMs: number
    readonly slackMs: number
    readonly exceeds: boolean
    /** What the groups' budgets claim together; null without budgets. */
    readonly budgetsMs: number | null
  }
  readonly forecast: Forecast | null
  readonly rpo: WorstCaseLoss
  readonly disk: PeakDisk
  readonly target: TargetFit | null
  readonly policy: Policy
  /** False when the critical path exceeds the RTO or the worst case the RPO: `plan` then exits 1. */
  readonly holds: boolean
}

/** What a plan is made against. */
export interface PlanOptions {
  readonly registry: ActionRegistry
  readonly facts?: PlanFacts
  readonly target?: PlanTarget
  /** Without it there is no forecast. */
  readonly random?: Uint32
  readonly draws?: number
}

/** Plans a qualified runbook. Pure: the same runbook, facts and seed give the same plan. */
export function plan(runbook: QualifiedRunbook, options: PlanOptions): Plan {
  const facts = options.facts ?? NO_FACTS
  const steps = readStatically(runbook, options.registry)
  const graph = buildGraph(runbook.steps)
  const params = Object.fromEntries(runbook.parameters.map(({ name, value }) => [name, value]))
  const durations = new Map(steps.map((item) => [item.step.id, durationOf(item, params, facts)]))
  const estimateOf = (id: string) => durations.get(id)?.estimate ?? { bestMs: 0, likelyMs: 0, worstMs: 0 }
  const ends = endsOf(steps, graph)
  const likely = schedule(graph, (id) => estimateOf(id).likelyMs, ends)
  const timing = { ...likely, critical: new Set(likely.criticalPath) }
  const { rtoMs, rpoMs } = runbook.objectives
  const claimedMs = budgetsMs(runbook, graph)
  const rpo = worstCaseLoss(runbook.protection, rpoMs)
  const exceeds = likely.lengthMs > rtoMs
  const { random, draws } = options
  const drawing = { rtoMs, ...(draws === undefined ? {} : { draws }) }
  return {
    kind: 'plan',
    schemaVersion: 1,
    runbook: { id: runbook.id, title: runbook.title, digest: runbook.digest, file: runbook.file },
    order: graph.order,
    steps: steps.map((item) => plannedStep(item, timing, durations.get(item.step.id) as StepDuration, rtoMs)),
    groups: plannedGroups(runbook, likely),
    criticalPath: {
      steps: likely.criticalPath,
      bestMs: schedule(graph, (id) => estimateOf(id).bestMs, ends).lengthMs,
      likelyMs: likely.lengthMs,
      worstMs: schedule(graph, (id) => estimateOf(id).worstMs, ends).lengthMs,
    },
    rto: { targetMs: rtoMs, slackMs: rtoMs - likely.lengthMs, exceeds, budgetsMs: claimedMs },
    forecast: random === undefined ? null : forecast(graph, estimateOf, ends, { ...drawing, random }),
    rpo,
    disk: peakDisk(steps, graph, (id) => durations.get(id)?.size ?? null, facts.freeBytes),
    target: options.target === undefined ? null : fitTarget(steps, options.target),
    policy: policyOf(steps),
    holds: !exceeds && !rpo.exceeds,
  }
}

/** A schedule with its critical steps as a set. */
interface Timing extends Schedule {
  readonly critical: ReadonlySet<string>
}

/** The restore ends when clients are answered; without such a step, when everything has ended. */
function endsOf(steps: readonly StaticStep[], graph: Graph): readonly string[] {
  const answering = steps.filter((item) => item.traits.has('answers-clients') && !item.skipped)
  return answering.length > 0 ? answering.map((item) => item.step.id) : graph.order
}

function plannedStep(item: StaticStep, times: Timing, duration: StepDuration, rtoMs: number): PlannedStep {
  const { id, title, group, needs } = item.step
  const through = times.throughMs.get(id) ?? null
  const { likelyMs } = duration.estimate
  return {
    id,
    title,
    group,
    kind: item.action.kind,
    needs,
    estimate: duration.estimate,
    basis: duration.basis,
    startMs: times.startMs.get(id) ?? 0,
    finishMs: times.finishMs.get(id) ?? 0,
    slackMs: through === null ? null : rtoMs - through,
    floatMs: through === null ? null : times.lengthMs - through,
    critical: times.critical.has(id),
    budgetMs: through === null || through === 0 ? null : Math.floor((likelyMs * rtoMs) / through),
  }
}

function plannedGroups(runbook: QualifiedRunbook, times: Schedule): PlannedGroup[] {
  return runbook.groups.map(({ id, title, budgetMs }) => {
    const steps = runbook.steps.filter((step) => step.group === id)
    const likelyMs = busyMs(
      steps.map((step) => [times.startMs.get(step.id) ?? 0, times.finishMs.get(step.id) ?? 0] as const),
    )
    return { id, title, budgetMs, likelyMs, overBudget: budgetMs !== null && likelyMs > budgetMs }
  })
}

/** Length of the union of spans: gaps in which only other groups work do not count. */
function busyMs(spans: readonly (readonly [number, number])[]): number {
  let totalMs = 0
  let untilMs = 0
  for (const [startMs, finishMs] of [...spans].sort((a, b) => a[0] - b[0])) {
    totalMs += Math.max(0, finishMs - Math.max(startMs, untilMs))
    untilMs = Math.max(untilMs, finishMs)
  }
  return totalMs
}
