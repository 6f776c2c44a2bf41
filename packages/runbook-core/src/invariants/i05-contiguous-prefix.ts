import { absence, evidenceOf } from '../verdict/evidence.ts'
import { defineInvariant, hasRestored } from './invariant.ts'

/**
 * What came back is a contiguous prefix of one history: if anything is lost, it is the newest (D32, D74, D90). With a ledger by the
 * positions of lost and returned records, without one by the positions of the restored range.
 * Does not see: without a ledger, records that are missing inside a range whose positions say that it is whole.
 */
export const contiguousPrefix = defineInvariant('I5', 'contiguous-prefix', (context) => {
  const { record } = context
  if (!hasRestored(context)) return ['not-applicable', 'nothing was restored']
  const oracle = evidenceOf(record, 'oracle')
  const range = evidenceOf(record, 'restored-range')
  if (oracle === null && range === null) return ['not-checked', absence(record, 'restored-range')]
  if (record.evidence.has('oracle') && oracle === null) return ['not-checked', absence(record, 'oracle')]
  if (oracle !== null && !oracle.lostIsTail) {
    const { firstLost, lastReturned } = oracle
    return [
      'violated',
      `position ${firstLost?.position ?? '?'} is lost although ${lastReturned?.position ?? '?'} came back`,
    ]
  }
  if (range !== null && (range.gaps > 0 || range.histories > 1)) {
    return ['violated', `${range.gaps} holes and ${range.histories} histories in the restored range`]
  }
  const last = oracle?.lastReturned?.position ?? range?.lastPosition ?? 'the start'
  return [
    'held',
    `everything up to position ${last} came back${oracle === null ? ', by the restored range' : ''}`,
  ]
})
