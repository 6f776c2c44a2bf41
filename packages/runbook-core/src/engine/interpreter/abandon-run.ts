import { type Task, uninterrupted } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Executor, type HeldObligation } from '../executor.ts'
import { knownHeld } from '../state/run-state.ts'
import { giveBack, undoSteps } from './conclude.ts'
import { Interpreter } from './interpreter.ts'
import type { EngineOptions, Resumption } from './options.ts'

const REASON = 'the run was abandoned'

/**
 * Gives a run up for good, from its journal: discharges all that it holds, fences included, and undoes the steps that ask for it.
 * Answers what could not be given back.
 */
export function* abandonRun(
  options: EngineOptions & { readonly resume: Resumption },
): Task<readonly HeldObligation[]> {
  const interpreter = new Interpreter(options, options.resume.state)
  return yield* uninterrupted(() => abandon(interpreter))
}

function* abandon(interpreter: Interpreter): Task<readonly HeldObligation[]> {
  yield* interpreter.open([{ type: 'cancel-requested', reason: REASON }])
  yield* giveBack(interpreter, ['on-interrupt', 'keep-until-restored'], true)
  yield* undoSteps(interpreter)
  if (interpreter.state.outcome === null) {
    const firstCause = new OperatingError('cancelled', REASON).toRecord()
    yield* interpreter.record([{ type: 'run-ended', outcome: 'interrupted', firstCause }])
  }
  return yield* Executor.held({ known: knownHeld(interpreter.state) })
}
