import { type ActionRegistry, OperatingError, type QualifiedRunbook } from '@dr-drill/runbook-core'
import { faultKind } from '@dr-drill/simulator'
import type { RunRequest } from '../run-request.ts'
import { strikingStep } from './striking-step.ts'

/** Refuses what could not strike, or would strike what is not ours to damage. @throws usage-invalid */
export function checkFaults(request: RunRequest, runbook: QualifiedRunbook, actions: ActionRegistry): void {
  if (request.dryRun && request.faults.length > 0) {
    throw new OperatingError('usage-invalid', '--dry-run does nothing that --fault could strike', {
      subject: '--fault',
      hint: 'Leave one of the two out.',
    })
  }
  for (const fault of request.faults) {
    const { strikes, kind, targets } = faultKind(fault.kind)
    if (!targets.includes('local')) {
      throw new OperatingError('usage-invalid', `fault ${kind} exists on ${targets.join(' and ')} only`, {
        subject: kind,
        hint: 'Nothing on this machine can do it for real. `./drill faults` says where each kind strikes.',
      })
    }
    strikingStep(fault, runbook, actions)
    if (strikes !== 'stored-objects' && strikes !== 'store-requests') continue
    const { store } = fault.with
    if (store === 'archive' ? request.archiveTo === null : request.source.kind !== 'store') continue
    throw new OperatingError(
      'usage-invalid',
      `fault ${kind} would strike a store that is not this run's own`,
      {
        subject: kind,
        hint: 'Drill a copy: --world DIR (its objects are copied before they are damaged), or leave --source and --archive-to out.',
      },
    )
  }
}
