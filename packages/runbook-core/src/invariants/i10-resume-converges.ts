import { defineInvariant, listed } from './invariant.ts'

/**
 * A resumed run does nothing twice: a step that had succeeded is not started again unless it was undone, the same input gets the
 * same idempotency key, and what the dead process left in flight comes to an end.
 * Does not see: whether the final state equals that of an undisturbed run; comparing the two is a test's work.
 */
export const resumeConverges = defineInvariant('I10', 'resume-converges', ({ record, steps }) => {
  if (record.resumes.length === 0) return ['not-applicable', 'the run was not resumed']
  if (record.ended === null) return ['not-checked', 'the resumed run has not ended']
  const repeated = [...record.steps.values()].filter((step) => step.repeated && !isVolatile(step.id))
  if (repeated.length > 0) return ['violated', `done twice: ${listed(repeated.map((step) => step.id))}`]
  const rekeyed = [...record.steps.values()].filter((step) => step.keyChanged)
  if (rekeyed.length > 0)
    return ['violated', `another key for the same input: ${listed(rekeyed.map((step) => step.id))}`]
  const hanging = [...record.steps.values()].filter((step) => step.status === 'running')
  if (hanging.length > 0) return ['violated', `never ended: ${listed(hanging.map((step) => step.id))}`]
  return [
    'held',
    `resumed ${record.resumes.length === 1 ? 'once' : `${record.resumes.length} times`}; nothing was done twice`,
  ]

  /** What a step made died with the host's processes, so that doing it again is right. */
  function isVolatile(id: string): boolean {
    return steps.find(({ step }) => step.id === id)?.traits.includes('volatile') ?? false
  }
})
