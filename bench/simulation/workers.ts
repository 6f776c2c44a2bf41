// `node bench/simulation/workers.ts [RUNS] [PAIRS] [ASSERTIONS]`, after `tsc -b`: explorations with one worker and with two, in turn, and
// how many times as fast two are: the median of the pairs. Means something only while nothing else runs. Nothing here is asserted.
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [runs = 400, pairs = 5, assertions = 5000] = process.argv.slice(2).map(Number)
const out = mkdtempSync(join(tmpdir(), 'drill-bench-'))

/** Drills per second of wall time, and the digest, which must be the same for both. */
function explored(workers: number): { readonly drillsPerSecond: number; readonly digest: string } {
  const asked = { runs, seed: 1, assertions, workers, format: 'json', out: join(out, String(workers)) }
  const flags = Object.entries(asked).flatMap(([name, value]) => [`--${name}`, String(value)])
  const main = 'packages/drill/dist/cli/main.js'
  const argv = [main, 'explore', 'full-restore', ...flags]
  const { stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 2 ** 26 })
  const last = stdout.trim().split('\n').at(-1) ?? ''
  const { drillsPerSecond, durationMs, digest } = JSON.parse(last)
  return { drillsPerSecond: (1000 * runs) / durationMs || drillsPerSecond, digest }
}

const ratios: number[] = []
for (let pair = 0; pair < pairs; pair += 1) {
  const [one, two] = [explored(1), explored(2)]
  const ratio = two.drillsPerSecond / one.drillsPerSecond
  ratios.push(ratio)
  console.log(
    JSON.stringify({
      oneWorker: Math.round(one.drillsPerSecond * 10) / 10,
      twoWorkers: Math.round(two.drillsPerSecond * 10) / 10,
      ratio: Math.round(ratio * 100) / 100,
      sameDigest: one.digest === two.digest,
    }),
  )
}
const sorted = ratios.toSorted((a, b) => a - b)
console.log(JSON.stringify({ medianRatio: Math.round((sorted[sorted.length >> 1] ?? 0) * 100) / 100, pairs }))
