import { execFileSync } from 'node:child_process'

/** A 31-bit seed. */
const SEED_MAX = 0x7fff_ffff
/** Where there is no repository to take a seed from. */
const WITHOUT_REPOSITORY = 20_260_212

/**
 * Chooses the seed of all properties, once per run, and prints it. In `npm test` it comes from the commit: a tree gives the same
 * result everywhere, and every commit tries something new. The long run draws it afresh. `DRILL_TEST_SEED` repeats either.
 */
export function setup(): void {
  process.env.DRILL_TEST_SEED ??= String(
    process.env.DRILL_TEST_LONG === '1' ? Math.floor(Math.random() * SEED_MAX) : seedOfCommit(),
  )
  console.log(`properties: seed ${process.env.DRILL_TEST_SEED} (DRILL_TEST_SEED repeats it)`)
}

function seedOfCommit(): number {
  try {
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return Number.parseInt(commit.slice(0, 8), 16) & SEED_MAX
  } catch {
    return WITHOUT_REPOSITORY
  }
}
