import { plainText } from './neutralise.ts'
import { notProven } from './not-proven.ts'
import type { Report } from './schema.ts'
import { counted, grouped, humanBytes, humanDuration, whyLossUnknown } from './wording.ts'

/** A labelled paragraph of the verdict. */
export interface VerdictLine {
  readonly label: string
  readonly text: string
  readonly tone: 'good' | 'bad' | 'warn' | 'plain'
}

/** At most this many open points stand in the terminal; the report has all. */
const OPEN_MAX = 6

/** What a person needs at three in the morning, in the order in which it is asked. Text of unknown origin is made safe. */
export function verdictLines(report: Report, evidencePath: string): readonly VerdictLine[] {
  return [
    ...dataLines(report),
    ...objectiveLines(report),
    ...problemLines(report),
    ...openLines(report),
    ...leftLines(report),
    line('Next', report.verdict.next),
    line('Evidence', `${evidencePath} (journal.jsonl, report.json, report.md, junit.xml)`),
  ]
}

function dataLines({ loss, lossDetail, claims, objectives: { rpo } }: Report): VerdictLine[] {
  if (loss === null) return [line('Loss', `unknown: ${whyLossUnknown(claims)}`, 'warn')]
  const all = grouped(loss.acknowledged)
  const point = rpo.recoveryPointAt === null ? '' : `; everything up to ${rpo.recoveryPointAt} is there`
  const where =
    lossDetail?.lostIsTail === false
      ? ', and not only the newest: later ones came back'
      : ', all of them the newest'
  const wrong = loss.altered + loss.duplicated + (loss.unexpected ?? 0)
  return [
    line('Recovered', `${grouped(loss.recovered)} of ${all} acknowledged ${loss.unit}s${point}`),
    loss.lost === 0
      ? line('Lost', 'none', 'good')
      : line(
          'Lost',
          `${counted(loss.lost, loss.unit)}${where}`,
          lossDetail?.lostIsTail === false ? 'bad' : 'warn',
        ),
    line(
      'Wrong',
      `${grouped(loss.altered)} altered, ${grouped(loss.duplicated)} duplicated, ${loss.unexpected === null ? 'unexpected unknown' : `${grouped(loss.unexpected)} unexpected`}`,
      wrong > 0 ? 'bad' : 'plain',
    ),
  ]
}

function objectiveLines({ objectives: { rto, rpo } }: Report): VerdictLine[] {
  const speed =
    rto.bytesPerSecond === null || rto.bytes === null
      ? ''
      : ` (${humanBytes(rto.bytes)} at ${humanBytes(rto.bytesPerSecond)}/s)`
  const took =
    rto.measuredMs === null ? 'service was not restored' : `${humanDuration(rto.measuredMs)}${speed}`
  const comparison =
    rto.status === 'not-comparable'
      ? rto.measuredMs === null
        ? 'not comparable'
        : `not comparable: ${rto.reasons.join('; ')}`
      : rto.basis === 'virtual' && rto.status === 'met'
        ? 'met in the model'
        : rto.status
  const lossMs = rpo.basis === 'ledger' ? rpo.lossWindowMs : rpo.recoveryPointAgeMs
  const worst =
    rpo.derivedWorstCaseMs === null ? 'set no bound' : `allow ${humanDuration(rpo.derivedWorstCaseMs)}`
  const basis = rpo.basis === 'ledger' ? 'by the ledger' : 'by the age of the archive'
  return [
    line(
      'RTO',
      `${took}; target ${humanDuration(rto.targetMs)}: ${comparison}`,
      rto.status === 'missed' ? 'bad' : 'plain',
    ),
    line(
      'RPO',
      `${lossMs === null ? 'unknown' : humanDuration(lossMs)} ${basis}; target ${humanDuration(rpo.targetMs)}: ${rpo.status ?? 'not judged'}; the timers ${worst}`,
      rpo.status === 'missed' ? 'bad' : 'plain',
    ),
  ]
}

function problemLines(report: Report): VerdictLine[] {
  const violated = report.invariants
    .filter((one) => one.status === 'violated')
    .map((one) => line('Violated', `${one.id} ${one.name}: ${one.detail}`, 'bad'))
  const unfired = report.faults
    .filter((fault) => !fault.fired)
    .map((fault) => line('Not fired', `fault ${fault.kind}`, 'warn'))
  const failed = report.steps
    .filter((step) => step.status === 'failed')
    .map((step) => line('Failed step', `${step.id}: ${step.detail}`, 'bad'))
  const refused = report.selection
    .filter((one) => !one.chosen && !one.reason.startsWith('usable'))
    .map((one) => line('Passed over', `${one.candidate}: ${one.reason}`, 'warn'))
  return [...violated, ...failed, ...unfired, ...refused.slice(0, OPEN_MAX)]
}

function openLines(report: Report): VerdictLine[] {
  const open = notProven(report)
  const shown = open.slice(0, OPEN_MAX).map((sentence) => line('Not proven', sentence, 'warn'))
  return open.length > OPEN_MAX
    ? [...shown, line('Not proven', `and ${open.length - OPEN_MAX} more: see report.md`, 'warn')]
    : shown
}

function leftLines({ held, leftBehind }: Report): VerdictLine[] {
  const left = [...held.map((one) => `${one.kind} of step ${one.step}`), ...leftBehind]
  return left.length === 0 ? [] : [line('Left there', left.slice(0, OPEN_MAX).join('; '))]
}

function line(label: string, text: string, tone: VerdictLine['tone'] = 'plain'): VerdictLine {
  return { label, text: plainText(text), tone }
}
