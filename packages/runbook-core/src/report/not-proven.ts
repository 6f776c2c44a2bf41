import type { Report } from './schema.ts'

/** What a run leaves open, in sentences: unproven claims, steps that touched nothing real, checks that could not run. */
export function notProven(report: Report): string[] {
  const sentences = report.claims
    .filter((claim) => claim.status !== 'proven')
    .map((claim) => `${claim.status === 'refuted' ? 'Refuted' : 'Unproven'}: ${claim.text} (${claim.by})`)
  if (report.claims.length === 0)
    sentences.push('Nothing was restored, so nothing about restored data is proven.')
  const { rto } = report.objectives
  if (rto.status === 'not-comparable') {
    sentences.push(`That a real restore would meet the RTO: ${rto.reasons.join('; ')}.`)
  } else if (rto.basis === 'virtual') {
    sentences.push('That a real restore takes as long: time was virtual.')
  }
  for (const item of report.checklist) {
    if (item.status === 'not-exercised' || item.exercised === 'recorded') {
      sentences.push(`Not exercised for real: ${item.title} (${item.detail}).`)
    }
  }
  for (const one of report.invariants) {
    if (one.status === 'not-checked' || one.status === 'not-exercised') {
      sentences.push(`${one.id} ${one.name} is ${one.status}: ${one.detail}.`)
    }
  }
  if (report.data === 'generated') {
    sentences.push('Anything about your own backups: the data of this run was generated.')
  }
  return sentences
}
