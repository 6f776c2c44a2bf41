import { writeFileSync } from 'node:fs'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { DRILLS, lived, perform, remembering } from './perform.ts'

/**
 * Performs the drills in a process of its own and writes what came of them. `warm`: each is performed after another of the same
 * production, so that whatever is remembered of its bytes is remembered; `cold`: nothing remembers, and each has bytes of its own.
 */
const [out = '', how = 'cold'] = process.argv.slice(2)
const shared = lived()
const memory = remembering()
const drills = DRILLS.map((drill) => {
  if (how === 'cold') return perform(lived(), drill, { checksums: nativeChecksums })
  perform(shared, drill, { checksums: memory })
  return perform(shared, drill, { checksums: memory })
})
const [first] = DRILLS
const canary =
  first === undefined ? [] : [perform(shared, first, { checksums: nativeChecksums, canary: true })]
writeFileSync(out, JSON.stringify({ drills, canary }))
