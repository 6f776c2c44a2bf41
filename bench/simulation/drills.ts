// `node bench/simulation/drills.ts [ASSERTIONS] [DRILLS]`, after `tsc -b`: simulated drills per second of CPU on one core with and
// without the memory of blobs, the bare rate of the kernel in the same run, and whose time it is. Nothing here is asserted.
import { BlobMemory, rememberingChecksums } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { kernelRates } from './kernel.ts'
import { sharesOf } from './shares.ts'
import { driller, standardProduction } from './standard-world.ts'

// Errors are data in a drill; collecting the stacks of thousands costs more than making them.
Error.stackTraceLimit = 0
const [assertions = 5000, drills = 100] = process.argv.slice(2).map(Number)
const production = standardProduction(assertions)
const objects = new Set(production.writes.map(({ key }) => key)).size

const remembering = driller(production, rememberingChecksums(nativeChecksums, new BlobMemory()))
const forgetting = driller(production, nativeChecksums)

/** Drills per second of CPU, user and system, other threads of the process included. */
function rateOf(drill: (seed: number) => unknown, count: number): number {
  const cpu = process.cpuUsage()
  for (let seed = 0; seed < count; seed += 1) drill(seed)
  const { user, system } = process.cpuUsage(cpu)
  return Math.round((10 * count) / ((user + system) / 1e6)) / 10
}

const few = Math.max(1, Math.ceil(drills / 10))
const { judged, checked } = remembering(0)
rateOf(remembering, drills)
rateOf(forgetting, 1)
const result = {
  kind: 'bench-simulation',
  schemaVersion: 1,
  assertions,
  objects,
  verdict: judged.verdict.kind,
  checked: checked.status,
  drillsPerCpuSecond: { remembering: rateOf(remembering, drills), forgetting: rateOf(forgetting, few) },
  kernelPerCpuSecond: kernelRates(),
  sharesPercent: await sharesOf(() => {
    for (let seed = 0; seed < few; seed += 1) remembering(seed)
  }),
  residentMegabytes: Math.round(process.memoryUsage.rss() / 1e6),
}
console.log(JSON.stringify(result, null, 2))
