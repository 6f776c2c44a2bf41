import { evidenceOf } from '../verdict/evidence.ts'
import { defineInvariant, hasRestored, type InvariantContext } from './invariant.ts'

/**
 * The verdict claims nothing that the facts contradict: restored means that every acknowledged record came back or that loss is
 * said to be unknown; loss is said when there is any; nothing wrong is passed over; no claim is proven without its evidence.
 * Derived anew from the evidence, not from the verdict's own reasoning.
 * Does not see: what a ledger does not hold, and collusion of ledger and readback.
 */
export const honestVerdict = defineInvariant('I7', 'honest-verdict', (context) => {
  if (!hasRestored(context)) return ['not-applicable', 'nothing is claimed to be restored']
  const untruth = untruthOf(context)
  if (untruth !== null) return ['violated', untruth]
  const { record } = context
  if (record.evidence.has('oracle') && evidenceOf(record, 'oracle') === null) {
    return ['not-checked', 'the evidence "oracle" has another shape than expected']
  }
  return ['held', `"${context.kind}" agrees with all evidence`]
})

function untruthOf({ kind, claims, record }: InvariantContext): string | null {
  const loss = evidenceOf(record, 'oracle')?.loss ?? null
  const claimsRestored = kind === 'restored' || kind === 'restored-with-loss'
  for (const claim of claims) {
    if (claim.status === 'proven' && !hasEvidence(claim.id, record.evidence)) {
      return `claim ${claim.id} is called proven without evidence`
    }
    if (claimsRestored && claim.required && claim.status !== 'proven') {
      return `"${kind}" although the required claim ${claim.id} is ${claim.status}`
    }
  }
  if (loss === null) {
    return kind === 'restored-with-loss' ? 'a loss is claimed that nobody has measured' : null
  }
  const wrong = loss.altered + loss.duplicated + (loss.unexpected ?? 0)
  if (claimsRestored && wrong > 0)
    return `"${kind}" although ${wrong} records are altered, duplicated or unexpected`
  const missing = loss.acknowledged - loss.recovered
  if (kind === 'restored' && missing > 0)
    return `"restored" although ${missing} acknowledged records did not come back`
  if (kind === 'restored-with-loss' && missing === 0)
    return '"restored-with-loss" although every record came back'
  return null
}

const SUBJECTS: Readonly<Record<string, string>> = {
  completeness: 'restored-range',
  contiguity: 'restored-range',
  loss: 'oracle',
  'newest-log': 'oracle',
  authenticity: 'authenticity',
  protection: 'archive-objects',
}

const hasEvidence = (claim: string, evidence: ReadonlyMap<string, unknown>): boolean =>
  evidence.has(SUBJECTS[claim] ?? claim)
