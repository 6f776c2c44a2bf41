import type { AuthoredRunbook } from '@dr-drill/runbook-core'
import type { Mutant, MutationOperator } from '../mutant.ts'
import { dropGateFact, dropMinimum, dropVerify, expectAlerts } from './checks.ts'
import { skipDirectoryFsync, skipFsync, skipMode, skipOwner } from './effects.ts'
import { dropNeed, dropStep, swapSteps } from './graph.ts'
import {
  bindEarly,
  forgetPath,
  forgetPlacement,
  forgetStop,
  forgetTimer,
  keepHistory,
  widenPermission,
  wrongOwner,
} from './host.ts'
import {
  acceptLoss,
  forgetCopies,
  hideMissing,
  ignoreSignature,
  shiftRange,
  verifyLess,
} from './selection.ts'
import { dropCondition, dropRetry, removeWait, shortenTimeout } from './time.ts'

/** Every kind of mistake, by name. */
export const MUTATION_OPERATORS: readonly MutationOperator[] = [
  acceptLoss,
  bindEarly,
  dropCondition,
  dropGateFact,
  dropMinimum,
  dropNeed,
  dropRetry,
  dropStep,
  dropVerify,
  expectAlerts,
  forgetCopies,
  forgetPath,
  forgetPlacement,
  forgetStop,
  forgetTimer,
  hideMissing,
  ignoreSignature,
  keepHistory,
  removeWait,
  shiftRange,
  shortenTimeout,
  skipDirectoryFsync,
  skipFsync,
  skipMode,
  skipOwner,
  swapSteps,
  verifyLess,
  widenPermission,
  wrongOwner,
]

/** Every mutant of a runbook, in the order of operators and sites. */
export function* mutantsOf(runbook: AuthoredRunbook): Generator<Mutant> {
  for (const operator of MUTATION_OPERATORS) yield* operator.mutants(runbook)
}
