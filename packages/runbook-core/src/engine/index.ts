export {
  Executor,
  type ExecutorContract,
  type HeldObligation,
  type Invocation,
  Journal,
  type JournalContract,
  type Performed,
  type Reversal,
  type SurveyFindings,
  type SurveyRequest,
} from './executor.ts'
export { digestOf, idempotencyKey } from './identity.ts'
export { type InProcessOptions, inProcessExecutor } from './in-process/executor.ts'
export { exercisedByPorts } from './in-process/exercised.ts'
export { abandonRun } from './interpreter/abandon-run.ts'
export type {
  EngineOptions,
  Resumption,
  RunIdentity,
  RunResult,
} from './interpreter/options.ts'
export { runEngine } from './interpreter/run-engine.ts'
export { foldRun, RunFold } from './resume/run-fold.ts'
export type { EngineEffect, Transition } from './state/engine-effect.ts'
export {
  type FirstCause,
  initialState,
  type RunOutcome,
  type RunStarted,
  type RunState,
  type StepState,
  type StepStatus,
  stepState,
} from './state/run-state.ts'
export { type StepGraph, stepGraph, withDescendants } from './state/step-graph.ts'
export { DEADLINE_REASON, transition } from './state/transition.ts'
