import { writeFileSync } from 'node:fs'
import { DRILLS, lived, perform } from './perform.ts'

/**
 * Performs the drills in a process of its own and writes what came of them. `warm`: each is performed after another of the same
 * production, so that whatever is remembered of its bytes is remembered; `cold`: each has bytes of its own, so that nothing is.
 */
const [out = '', how = 'cold'] = process.argv.slice(2)
const shared = lived()
const drills = DRILLS.map((drill) => {
  if (how === 'cold') return perform(lived(), drill)
  perform(shared, drill)
  return perform(shared, drill)
})
const [first] = DRILLS
const canary = first === undefined ? [] : [perform(shared, first, true)]
writeFileSync(out, JSON.stringify({ drills, canary }))
