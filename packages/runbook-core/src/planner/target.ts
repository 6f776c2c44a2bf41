import type { StaticStep } from '../runbook/static-steps.ts'
import type { PlanTarget } from './facts.ts'

/** A step and what the target lacks for it. */
export interface Lack {
  readonly step: string
  readonly missing: readonly string[]
}

/** Whether a runbook can run on a target. */
export interface TargetFit {
  readonly name: string
  /** Steps that cannot run there at all. */
  readonly cannotRun: readonly Lack[]
  /** Steps that are skipped for lack of what they require, or run without part of what they do; the report lists them. */
  readonly notExercised: readonly Lack[]
}

/** Compares what the steps need with what the target offers. */
export function fitTarget(steps: readonly StaticStep[], target: PlanTarget): TargetFit {
  const cannotRun: Lack[] = []
  const notExercised: Lack[] = []
  for (const { step, action, skipped } of steps) {
    if (skipped) continue
    // What a step itself requires decides first: without it the step is skipped, whatever its action could do.
    const unmet = (step.requires ?? []).filter((one) => !target.capabilities.has(one))
    if (unmet.length > 0) {
      notExercised.push({ step: step.id, missing: unmet })
      continue
    }
    const ports = action.ports.filter((port) => target.ports !== null && !target.ports.has(port))
    const required = action.capabilities.required.filter((one) => !target.capabilities.has(one))
    const optional = action.capabilities.optional.filter((one) => !target.capabilities.has(one))
    const missing = [...required, ...ports.map((port) => `port ${port}`)]
    if (missing.length > 0) cannotRun.push({ step: step.id, missing })
    else if (optional.length > 0) notExercised.push({ step: step.id, missing: optional })
  }
  return { name: target.name, cannotRun, notExercised }
}
