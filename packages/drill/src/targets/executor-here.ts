import {
  type ExecutorContract,
  type Exercised,
  exercisedByPorts,
  inProcessExecutor,
  type PortHandler,
  STANDARD_DISCHARGES,
} from '@dr-drill/runbook-core'
import { nativeChecksums } from '@dr-drill/simulator/server'
import type { PerformOptions, Target } from './target.ts'

/** An executor that performs actions in this process, over a target's ports; `exercised` where a port is no recorder. */
export function executorHere(
  { environment, capabilities, recorders }: Pick<Target, 'environment' | 'capabilities' | 'recorders'>,
  exercised: Exercised,
  { registry, journal, dryRun }: PerformOptions,
): PortHandler<ExecutorContract> {
  return inProcessExecutor({
    registry,
    environment,
    journal,
    checksums: nativeChecksums,
    capabilities,
    dryRun,
    exercised: exercisedByPorts(exercised, recorders),
    discharges: STANDARD_DISCHARGES,
  })
}
