import { defineChecker, holds } from './checker.ts'

/**
 * When the run reads the source nobody else adds to it: the old primary is off, or somebody who was asked to fence it has said that it is.
 * Seen at each request for the source.
 * Does not see: whether a fence that was acknowledged holds, which a run cannot know either.
 */
export const singlePrimary = defineChecker('I21', 'single-primary', ({ sightings }) => {
  const { length } = sightings.readsBesidePrimary
  return holds(
    length === 0,
    length === 0
      ? 'no second primary was up'
      : `${length} requests while the old primary was up and not fenced`,
  )
})
