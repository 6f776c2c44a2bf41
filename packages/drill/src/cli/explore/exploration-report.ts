import { grouped } from '@dr-drill/runbook-core'
import { belowFloor, coverageFloor, type Finding, REPEATED_EVERY, type Tally } from '@dr-drill/simulator'
import type { ExploreRequest } from './explore-options.ts'

/** A violated invariant and where its counterexample lies. */
export interface FoundViolation {
  readonly invariant: string
  /** Runs that violated it. */
  readonly runs: number
  /** The first of them. */
  readonly index: number
  readonly seed: number
  readonly detail: string
  /** Of the counterexample; null: it was not shrunk. */
  readonly file: string | null
}

/** An exploration that has ended. */
export interface EndedExploration {
  readonly request: ExploreRequest
  readonly tally: Tally
  readonly elapsedMs: number
  readonly violations: readonly FoundViolation[]
  /** Not all that was asked for was performed. */
  readonly interrupted: boolean
}

/** What `--format json` prints (contracts.md, "Files"). */
export function explorationDocument(ended: EndedExploration) {
  const { request, tally, elapsedMs, violations } = ended
  const { setup, shard } = request
  return {
    kind: 'exploration',
    schemaVersion: 1,
    runs: tally.runs,
    seed: setup.seed,
    drillsPerSecond: rate(ended),
    durationMs: Math.round(elapsedMs),
    workers: request.workers,
    shard: `${shard.index + 1}/${shard.of}`,
    assertions: setup.assertions,
    faults: Object.fromEntries(
      setup.kinds.map((kind) => [kind, tally.faults[kind] ?? { drawn: 0, fired: 0 }] as const),
    ),
    coverageFloor: coverageFloor(tally.runs, setup.kinds.length),
    belowFloor: belowFloor(tally, setup.kinds),
    verdicts: tally.verdicts,
    violations,
    defects: defects(tally),
    repeated: tally.repeated,
    digest: tally.digest,
    interrupted: ended.interrupted,
  }
}

/** What a person reads. Never "safe": so many runs found so much. */
export function explorationText(ended: EndedExploration): string {
  const { request, tally, violations } = ended
  const count = violations.reduce((sum, { runs }) => sum + runs, 0)
  const lines = [
    `${grouped(count)} violations in ${grouped(tally.runs)} runs (seed ${request.setup.seed}, ${rate(ended)} drills per second, ${request.workers} workers)`,
    ...violations.map(
      ({ invariant, runs, detail, file }) =>
        `  ${invariant}: ${grouped(runs)} runs; ${detail}${file === null ? '' : `\n    ./drill replay ${file}`}`,
    ),
    ...defects(tally).map(
      ({ what, runs, index, seed }) =>
        `  DEFECT in ${grouped(runs)} runs, first ${index} (seed ${seed}): ${what}`,
    ),
    `Verdicts: ${listed(tally.verdicts, String)}`,
    `Faults (drawn/fired): ${listed(tally.faults, ({ drawn, fired }) => `${drawn}/${fired}`)}`,
    coverageLine(ended),
    `Digest of all runs: ${tally.digest}`,
  ]
  if (ended.interrupted) lines.push('It was interrupted: figures are of the runs that had ended.')
  return `${lines.join('\n')}\n`
}

/** 130 and the like are the caller's. */
export function explorationExit({ tally, request, violations }: EndedExploration): number {
  if (defects(tally).length > 0) return 70
  if (violations.length > 0) return 1
  return belowFloor(tally, request.setup.kinds).length > 0 ? 4 : 0
}

/** Runs that the tool itself broke in, and runs that memory changed. */
function defects(tally: Tally) {
  const told = ([words, { runs, index, seed, detail }]: [string, Finding], divergent: boolean) => ({
    what: divergent ? `${words} comes out otherwise with nothing remembered: ${detail}` : words,
    runs,
    index,
    seed,
  })
  return [
    ...Object.entries(tally.crashes).map((entry) => told(entry, false)),
    ...Object.entries(tally.divergences).map((entry) => told(entry, true)),
  ]
}

function coverageLine({ tally, request }: EndedExploration): string {
  const { kinds } = request.setup
  const floor = coverageFloor(tally.runs, kinds.length)
  const missed = belowFloor(tally, kinds)
  const repeated = `${grouped(tally.repeated)} runs (every ${REPEATED_EVERY}th) once more with nothing remembered`
  if (floor === 0) return `Coverage: too few runs to ask for any; ${repeated}`
  if (missed.length === 0) return `Coverage: every kind fired at least ${floor} times; ${repeated}`
  return `Coverage: below the floor of ${floor}: ${missed.join(', ')}; ${repeated}`
}

const listed = <A>(entries: Readonly<Record<string, A>>, text: (value: A) => string): string =>
  Object.entries(entries)
    .map(([name, value]) => `${name} ${text(value)}`)
    .join(', ') || 'none'

const rate = ({ tally, elapsedMs }: EndedExploration): number =>
  Math.round((tally.runs * 10_000) / Math.max(1, elapsedMs)) / 10
