import { markdownText } from './neutralise.ts'
import type { Report } from './schema.ts'
import { counted, grouped, hoursAndMinutes, humanBytes, minutes, whyLossUnknown } from './wording.ts'

/** Objectives and loss, as the template has them. */
export function markdownMetrics(report: Report): string[] {
  const { rto, rpo } = report.objectives
  const achieved = rto.measuredMs === null ? 'not restored' : hoursAndMinutes(rto.measuredMs)
  const comparable =
    rto.status === 'not-comparable' ? `not comparable: ${rto.reasons.join('; ')}` : rto.status
  const inModel = rto.status === 'met' && rto.basis === 'virtual' ? ' in the model' : ''
  const speed =
    rto.bytes === null || rto.bytesPerSecond === null
      ? []
      : [`- Restored: ${humanBytes(rto.bytes)} at ${humanBytes(rto.bytesPerSecond)}/s`]
  const worst =
    rpo.derivedWorstCaseMs === null
      ? 'no bound (the open segment is not rotated)'
      : minutes(rpo.derivedWorstCaseMs)
  return [
    '## Metrics',
    `- RTO Target: ${targetHours(rto.targetMs)}`,
    `- RTO Achieved: ${achieved} (${markdownText(comparable)}${inModel})`,
    `- RPO Target: ${minutes(rpo.targetMs)}`,
    `- RPO Achieved: ${rpoAchieved(report)}`,
    `- RPO Worst Case by the timers: ${worst}`,
    `- Data Loss: ${dataLoss(report)}`,
    ...speed,
  ]
}

const targetHours = (ms: number): string =>
  ms % 3_600_000 === 0 ? counted(ms / 3_600_000, 'hour') : hoursAndMinutes(ms)

function rpoAchieved({ objectives: { rpo } }: Report): string {
  const value = rpo.basis === 'ledger' ? rpo.lossWindowMs : rpo.recoveryPointAgeMs
  if (value === null) return 'unknown'
  const basis = rpo.basis === 'ledger' ? 'by the ledger' : 'by the age of the archive'
  return `${minutes(value)} (${rpo.status ?? 'not judged'}, ${basis})`
}

function dataLoss({ loss, objectives: { rpo }, lossDetail, claims }: Report): string {
  if (loss === null) return `unknown (${whyLossUnknown(claims)})`
  const within =
    rpo.lossWindowMs !== null && rpo.derivedWorstCaseMs !== null && rpo.lossWindowMs <= rpo.derivedWorstCaseMs
  const expected = loss.lost === 0 || (within && lossDetail?.lostIsTail === true)
  const wrong = `${grouped(loss.altered)} altered, ${grouped(loss.duplicated)} duplicated, ${
    loss.unexpected === null ? 'unexpected unknown' : `${grouped(loss.unexpected)} unexpected`
  }`
  return `${markdownText(counted(loss.lost, loss.unit))} (${expected ? 'expected' : 'not expected'}) of ${grouped(loss.acknowledged)} acknowledged; ${wrong}`
}
