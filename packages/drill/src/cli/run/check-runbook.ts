import { type ActionRegistry, OperatingError, type QualifiedRunbook } from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { parametersFor } from '../../targets/containers/parameters.ts'
import { checkFaults } from '../../targets/local/faults/check-faults.ts'
import { type RunRequest, targetOf } from '../../targets/local/run-request.ts'

/**
 * Parses a runbook with what was asked for, and refuses what a local run must not begin with.
 * @throws input-invalid, usage-invalid
 */
export function checkRunbook(text: string, request: RunRequest, actions: ActionRegistry): QualifiedRunbook {
  const runbook = loadRunbook(text, {
    registry: actions,
    checksums: nativeChecksums,
    params: { ...parametersFor(request), ...request.params },
    profile: targetOf(request),
    file: request.runbook,
  })
  checkFaults(request, runbook, actions)
  const command = runbook.steps.find((step) =>
    actions.get(step.action.kind)?.capabilities.required.includes('commands'),
  )
  // In a container a step runs programs of that container alone.
  if (command !== undefined && targetOf(request) === 'local' && !request.allowHostCommands) {
    throw new OperatingError('usage-invalid', `step ${command.id} runs a program of this machine`, {
      subject: command.id,
      hint: 'Read the step, then allow it with --allow-host-commands.',
    })
  }
  for (const step of Object.keys(request.approvals)) {
    if (runbook.steps.some(({ id }) => id === step)) continue
    throw new OperatingError('usage-invalid', `--approve names the step ${step}, which does not exist`)
  }
  return runbook
}
