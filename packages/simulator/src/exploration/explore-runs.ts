import { type Checksums, utf8Encode } from '@dr-drill/runbook-core'
import { type DrawLog, firstDivergence, RecordedDraws } from '../kernel/index.ts'
import { runSeed } from './draw-drill.ts'
import type { DrawnDrill } from './drawn-drill.ts'
import { type DigestedDrill, indexedDigest, runDigest } from './run-digest.ts'
import { addTallies, EMPTY_TALLY, type Tally } from './tally.ts'

/** A drill that was performed, as an exploration sees it. */
export interface ExploredDrill extends DigestedDrill {
  readonly faults: readonly { readonly kind: string; readonly fired: boolean }[]
  /** Ids of invariants that were violated, in their order. */
  readonly violated: readonly string[]
}

/** Performs a drawn drill. `memory`: whether results of pure work on immutable bytes may be remembered. */
export type PerformDrill = (
  drill: DrawnDrill,
  how: { readonly memory: boolean; readonly draws: DrawLog | null },
) => ExploredDrill

/** An exploration: all that decides what its runs are, and who performs them. */
export interface Exploration {
  readonly seed: number
  /** The drill of a run's seed. */
  readonly draw: (seed: number) => DrawnDrill
  readonly checksums: Checksums
  readonly perform: PerformDrill
}

/** Runs whose index is a multiple of this are performed once more with nothing remembered, and must come out the same. */
export const REPEATED_EVERY = 256

/** Performs the runs of these indexes, one after the other. The same runs give the same tally, however they are divided. */
export function exploreRuns(indexes: Iterable<number>, exploration: Exploration): Tally {
  let tally = EMPTY_TALLY
  for (const index of indexes) tally = addTallies(tally, exploreRun(index, exploration))
  return tally
}

function exploreRun(index: number, exploration: Exploration): Tally {
  const { checksums, perform } = exploration
  const seed = runSeed(exploration.seed, index)
  const drawn = exploration.draw(seed)
  const finding = (detail: string) => ({ runs: 1, index, seed, detail })
  const faults = coverageOf(drawn.faults.map(({ kind }) => ({ kind, fired: false })))
  let drill: ExploredDrill
  try {
    drill = perform(drawn, { memory: true, draws: null })
  } catch (thrown) {
    const words = crashWords(thrown)
    const digest = indexedDigest(index, checksums.sha256Hex(utf8Encode(words)), checksums)
    const empty = { ...EMPTY_TALLY, runs: 1, faults, digest }
    return { ...empty, crashes: { [crashKind(words)]: finding(words) } }
  }
  const digest = runDigest(drill, checksums)
  const repeats = index % REPEATED_EVERY === 0
  const diverged = repeats ? divergence(drawn, digest, exploration) : null
  return {
    runs: 1,
    repeated: repeats ? 1 : 0,
    verdicts: { [drill.judged.verdict.kind]: 1 },
    faults: coverageOf(drill.faults),
    violations: Object.fromEntries(drill.violated.map((id) => [id, finding(detailOf(drill, id))] as const)),
    crashes: {},
    divergences: diverged === null ? {} : { [`run ${index}`]: finding(diverged) },
    digest: indexedDigest(index, digest, checksums),
  }
}

/** What a defect said, in one line. */
export const crashWords = (thrown: unknown): string =>
  (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)).replace(/\s+/g, ' ')

/** Crashes that differ only in numbers are one. */
const crashKind = (words: string): string => words.replace(/\d+/g, '#').slice(0, 160)

const detailOf = ({ judged }: ExploredDrill, id: string): string =>
  judged.invariants.find((one) => one.id === id)?.detail ?? judged.verdict.reason

function coverageOf(faults: ExploredDrill['faults']): Tally['faults'] {
  const counted: Record<string, { drawn: number; fired: number }> = {}
  for (const { kind, fired } of faults) {
    const known = counted[kind] ?? { drawn: 0, fired: 0 }
    counted[kind] = { drawn: known.drawn + 1, fired: known.fired + (fired ? 1 : 0) }
  }
  return counted
}

/** Performs a drill with nothing remembered; null when it comes out the same, else where the two part. */
function divergence(drawn: DrawnDrill, digest: string, { perform, checksums }: Exploration): string | null {
  const again = perform(drawn, { memory: false, draws: null })
  if (runDigest(again, checksums) === digest) return null
  const [left, right] = [new RecordedDraws(), new RecordedDraws()]
  perform(drawn, { memory: true, draws: left })
  perform(drawn, { memory: false, draws: right })
  const parted = firstDivergence(left.draws, right.draws)
  if (parted === null) return 'the same draws, but another journal'
  const told = parted.left ?? parted.right
  return `the draws part at ${parted.position}: ${told?.stream} #${told?.index}`
}
