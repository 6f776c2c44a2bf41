import { claimsRestored, defineChecker, listed } from './checker.ts'

/**
 * Every backup that lies in the source, and that a listing ever showed to the run, is named with a reason; exactly one was taken; the
 * one that was taken is one that production made.
 * Does not see: whether the words of a reason are well chosen, and damage of the one that was taken (I5 and I17 see what came of it).
 */
export const selectionExplained = defineChecker('I14', 'selection-explained', (truth) => {
  const { judged, source, shownNames } = truth
  if (!claimsRestored(truth)) return ['not-applicable', 'nothing is said to be restored']
  const { selection } = judged
  const told = new Map(selection.map((one) => [one.candidate, one]))
  const silent = source.survey.backups
    .map(({ name }) => name)
    .filter(
      (name) =>
        shownNames.has(name) &&
        (told.get(name)?.reason ?? '').trim() === '' &&
        source.isCurrent(`${name}/manifest.jsonl`),
    )
  if (silent.length > 0) return ['violated', `no reason is given for ${listed(silent)}`]
  const chosen = selection.filter((one) => one.chosen)
  if (chosen.length !== 1) return ['violated', `${chosen.length} candidates are said to be taken`]
  const [{ candidate }] = chosen as [(typeof chosen)[number]]
  if (!source.survey.backups.some(({ name }) => name === candidate))
    return ['violated', `${candidate} was taken, and production never made a backup of that name`]
  return ['held', `${selection.length} candidates, each with its reason; ${candidate} was taken`]
})
