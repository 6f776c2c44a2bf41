import {
  type ActionRegistry,
  type FaultRecord,
  OperatingError,
  type QualifiedRunbook,
  type Trait,
} from '@dr-drill/runbook-core'

/** What the step does at which a fault strikes when it names none. */
const USUAL: Readonly<Record<string, Trait>> = {
  'bad-permissions': 'places',
  'kill-runner': 'places',
  's3-outage': 'fetches',
}

/** The step at which a fault strikes; null for faults that know no step. @throws usage-invalid when the runbook has none such */
export function strikingStep(
  fault: FaultRecord,
  runbook: QualifiedRunbook,
  actions: ActionRegistry,
): string | null {
  const { step } = fault.with
  if (typeof step !== 'string') return null
  const trait = USUAL[fault.kind]
  const found = runbook.steps.find(({ id, action }) =>
    step === '' ? trait !== undefined && actions.get(action.kind)?.traits.includes(trait) : id === step,
  )
  if (found !== undefined) return found.id
  throw new OperatingError(
    'usage-invalid',
    step === ''
      ? `fault ${fault.kind}: no step of the runbook ${trait ?? 'fits'}`
      : `fault ${fault.kind} names the step ${step}, which does not exist`,
    { subject: fault.kind, hint: `Steps are ${runbook.steps.map(({ id }) => id).join(', ')}.` },
  )
}
