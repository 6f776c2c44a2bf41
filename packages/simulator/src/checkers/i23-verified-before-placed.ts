import { defineChecker, holds, listed } from './checker.ts'

/**
 * Everything that was fetched is read back whole before the first of it is put in its place: what has rotted by then stops the run with
 * nothing placed. Asked of the disk at the first placement, of what is placed then or later.
 * Does not see: what rots later, which the placement itself and the engine find.
 */
export const verifiedBeforePlaced = defineChecker('I23', 'verified-before-placed', ({ sightings }) => {
  const { rottenWhenPlaced } = sightings
  return holds(
    rottenWhenPlaced.length === 0,
    rottenWhenPlaced.length === 0
      ? 'nothing that was fetched had rotted when it was placed'
      : `placing began while rotten: ${listed(rottenWhenPlaced)}`,
  )
})
