import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { claimsRestored, defineChecker, listed } from './checker.ts'

/** Where a run keeps what it has fetched; nothing of it may be left once it has ended well. */
const STAGING = `${STEMEDB_PATHS.home}/.incoming`

/**
 * A run whose process died ends as one that did not: it has written its test record once, nothing half-done of it lies about, and
 * what it restored is a whole. Read from the host's disk and the engine.
 * Does not see: staged files that a loss of power brought back (that they go is not made durable, on purpose); differences that no disk
 * shows; the tests that compare whole disk images with those of an undisturbed run do.
 */
export const resumeConverges = defineChecker('I10', 'resume-converges', (truth) => {
  if (truth.deaths === 0) return ['not-applicable', 'its process never died']
  if (!claimsRestored(truth)) return ['not-applicable', 'the run restored nothing']
  const { testWrites, files } = truth
  if (testWrites.length > 1) {
    return [
      'violated',
      `the run wrote ${testWrites.length} test records: ${listed(testWrites.map(({ key }) => key))}`,
    ]
  }
  const left =
    files.stat({ path: STAGING }) === null ? [] : files.list({ path: STAGING }).map(({ name }) => name)
  if (left.length > 0 && truth.powerLosses === 0) return ['violated', `left in ${STAGING}: ${listed(left)}`]
  return ['held', `after ${truth.deaths} deaths nothing was done twice and nothing is left half-done`]
})
