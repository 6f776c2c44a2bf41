import { defineChecker, holds } from './checker.ts'

/**
 * What an earlier restore cut off for good is not served again.
 * Does not see: records that were cut off and written anew under another key.
 */
export const noResurrection = defineChecker('I13', 'no-resurrection', ({ cutOff, served }) => {
  if (cutOff.size === 0) return ['not-applicable', 'nothing was ever cut off']
  if (served === null) return ['not-applicable', 'nothing is served']
  const back = served.filter(({ key }) => cutOff.has(key))
  return holds(back.length === 0, `${back.length} of ${cutOff.size} records that were cut off are served`)
})
