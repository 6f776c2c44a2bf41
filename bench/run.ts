// `npm run bench`: ours against a named peer, in the same run, as ratios. `--tiny` proves that it runs and says nothing about speed.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Measured } from './measure.ts'
import { benchRestore } from './restore.ts'
import { benchSegment } from './segment.ts'

const tiny = process.argv.includes('--tiny')
const rounds = tiny ? 1 : 5
/** A scan takes a thirtieth of a second: more rounds cost little and find a quiet one. */
const scanRounds = tiny ? 1 : 25
const MIB = 1 << 20

const directory = mkdtempSync(join(realpathSync(tmpdir()), 'drill-bench-'))
try {
  const results: Record<string, readonly Measured[]> = tiny
    ? {
        'restore 8 x 64 KiB': await benchRestore(directory, 8, 65_536, rounds),
        'verify a closed segment of 1 MiB': await benchSegment(directory, MIB, rounds),
      }
    : {
        'restore 2,000 x 64 KiB': await benchRestore(directory, 2_000, 65_536, rounds),
        'restore 20 x 16 MiB': await benchRestore(directory, 20, 16 * MIB, rounds),
        'verify a closed segment of 64 MiB': await benchSegment(directory, 64 * MIB, scanRounds),
      }
  for (const [title, rows] of Object.entries(results)) {
    console.error(title)
    for (const { name, megabytesPerSecond, ratio, cpuSeconds } of rows) {
      const cells = [
        `${megabytesPerSecond.toFixed(0)} MB/s`,
        `${ratio.toFixed(2)}x`,
        `${cpuSeconds.toFixed(2)} s CPU here`,
      ]
      console.error(`  ${name.padEnd(34)}${cells.map((cell) => cell.padStart(14)).join('')}`)
    }
  }
  console.log(JSON.stringify({ kind: 'bench', schemaVersion: 1, tiny, rounds, results }))
} finally {
  rmSync(directory, { recursive: true, force: true })
}
