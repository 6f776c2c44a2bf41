import { grouped, humanDuration } from '@dr-drill/runbook-core'
import { coverageFloor, type Tally } from '@dr-drill/simulator'
import type { Terminal } from '../terminal.ts'
import type { ExploreRequest } from './explore-options.ts'

const LIVE_MS = 500
const HEARTBEAT_MS = 30_000

/** Shows on stderr how an exploration goes on: rate, coverage, what was found. */
export interface ExploreProgress {
  tally(tally: Tally): void
  end(): void
}

/** A live line on a terminal, else a line every 30 s. `now`: monotonic ms. */
export function exploreProgress(
  terminal: Terminal,
  request: ExploreRequest,
  quiet: boolean,
  now: () => number,
): ExploreProgress {
  const startedAt = now()
  let latest: Tally | null = null
  const show = (): void => {
    const text = progressText(latest, request, now() - startedAt)
    if (terminal.isLive) terminal.err(`\r\u001b[2K${text.slice(0, terminal.columns - 1)}`)
    else terminal.err(`${text}\n`)
  }
  const beat = quiet ? null : setInterval(show, terminal.isLive ? LIVE_MS : HEARTBEAT_MS)
  return {
    tally(tally) {
      latest = tally
    },
    end() {
      if (beat !== null) clearInterval(beat)
      if (beat !== null && terminal.isLive) terminal.err('\r\u001b[2K')
    },
  }
}

/** One line: `12,800 of 100,000 runs, 213/s, 0 violations; least seen: stale-dns 12 times (floor 142)`. */
export function progressText(tally: Tally | null, request: ExploreRequest, elapsedMs: number): string {
  const { kinds } = request.setup
  if (tally === null || tally.runs === 0) {
    return `letting productions live that disasters can strike (${humanDuration(Math.floor(elapsedMs))})`
  }
  const perSecond = (tally.runs * 1000) / Math.max(1, elapsedMs)
  const all = Number.isFinite(request.runs)
    ? ` of ${grouped(Math.ceil(request.runs / request.shard.of))}`
    : ''
  const found = Object.values(tally.violations).reduce((sum, { runs }) => sum + runs, 0)
  const least = kinds
    .map((kind) => [kind, tally.faults[kind]?.fired ?? 0] as const)
    .reduce((a, b) => (b[1] < a[1] ? b : a))
  const floor = coverageFloor(tally.runs, kinds.length)
  return `${grouped(tally.runs)}${all} runs, ${perSecond.toFixed(0)}/s, ${found} violations; least seen: ${least[0]} ${least[1]} times (floor ${floor})`
}
