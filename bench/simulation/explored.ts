// `node bench/simulation/explored.ts [RUNS] [EVERY] [ASSERTIONS] [SEED]`, after `tsc -b`: what one thread of an exploration does with all
// kinds of fault drawn. After every so many runs a line with runs per second of CPU since the line before, and the memory that the
// process has: flat where nothing piles up; with `--expose-gc` what is left after a collection. Nothing here is asserted.
import { readFileSync } from 'node:fs'
import { FAULTS } from '@dr-drill/simulator'
import { Explorer, type ExploreSetup } from '../../packages/drill/src/workers/explore-task.ts'

Error.stackTraceLimit = 0
const [runs = 1000, every = 100, assertions = 5000, seed = 1] = process.argv.slice(2).map(Number)
const file = 'fixtures/runbooks/full-restore.yaml'
const setup: ExploreSetup = {
  runbook: { text: readFileSync(file, 'utf8'), file: 'full-restore', params: {} },
  seed,
  kinds: FAULTS.map(({ kind }) => kind),
  assertions,
}
const explorer = new Explorer(setup)
const megabytes = (bytes: number): number => Math.round(bytes / 1e6)

for (let from = 0; from < runs; from += every) {
  const cpu = process.cpuUsage()
  explorer.runs({ kind: 'runs', setup, from, before: Math.min(runs, from + every), step: 1 })
  const { user, system } = process.cpuUsage(cpu)
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  const line = {
    runs: Math.min(runs, from + every),
    perCpuSecond: Math.round((every * 1e7) / (user + system)) / 10,
    residentMegabytes: megabytes(rss),
    heapMegabytes: megabytes(heapUsed),
    buffersMegabytes: megabytes(external),
  }
  console.log(JSON.stringify(line))
}
