import { defineInvariant, listed } from './invariant.ts'

/**
 * The journal tells everything: no entry is missing, every effect that began was announced and ended (or the process or agent that
 * performed it died then), every step that began ended, and the run has a beginning and an end.
 * Does not see: effects past the ports (resume's survey of the world looks for those); of a step whose agent died once, a missing end
 * in a later attempt.
 */
export const journalComplete = defineInvariant('I15', 'journal-complete', ({ record }) => {
  if (record.started === null) return ['violated', 'the journal does not begin with the start of a run']
  if (record.gaps.length > 0) return ['violated', listed(record.gaps)]
  if (record.ended === null) return ['not-applicable', 'the run has not ended']
  const steps = [...record.steps.values()]
  const open = steps.filter((step) => step.effects.open > 0).map((step) => step.id)
  if (open.length > 0) return ['violated', `effects without an end in ${listed(open)}`]
  const running = steps.filter((step) => step.status === 'running').map((step) => step.id)
  if (running.length > 0) return ['violated', `steps without an end: ${listed(running)}`]
  const effects = steps.reduce((sum, step) => sum + step.effects.intended, 0)
  return ['held', `${record.entries} entries, ${effects} effects, all announced and ended`]
})
