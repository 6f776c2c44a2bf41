import { EMPTY_TALLY, type Tally } from '@dr-drill/simulator'
import { ExplorePool } from '../../workers/explore-pool.ts'
import type { CliContext } from '../context.ts'
import type { EndedExploration, FoundViolation } from './exploration-report.ts'
import type { ExploreRequest } from './explore-options.ts'
import { exploreProgress } from './explore-progress.ts'
import { runBatches } from './run-batches.ts'
import { writeCounterexamples } from './write-counterexamples.ts'

/** Explores on threads until runs, time or patience end, then shrinks what was found. @throws what preparing a drill throws */
export async function explore(
  request: ExploreRequest,
  quiet: boolean,
  context: CliContext,
): Promise<EndedExploration> {
  const now = (): number => performance.now()
  const startedAt = now()
  const { interrupts, terminal } = context
  const pool = new ExplorePool(request.workers)
  const progress = exploreProgress(terminal, request, quiet, now)
  let giveUp: () => void = () => {}
  const gaveUp = new Promise<void>((resolve) => {
    giveUp = resolve
  })
  const forget = interrupts.onInterrupt(() => giveUp())
  let tally: Tally = EMPTY_TALLY
  const overdue = (): boolean => request.durationMs !== null && now() - startedAt >= request.durationMs
  try {
    tally = await runBatches(request, pool, {
      onTally: (latest) => progress.tally(latest),
      mustStop: () => interrupts.received !== null || overdue(),
      gaveUp,
    })
    const elapsedMs = now() - startedAt
    const say = (text: string): void => {
      if (!quiet) terminal.err(`${text}\n`)
    }
    progress.end()
    const shrinking = writeCounterexamples(request, tally, pool, context, say)
    shrinking.catch(() => {})
    const violations =
      interrupts.received === null
        ? ((await Promise.race([shrinking, gaveUp])) ?? unshrunk(tally))
        : unshrunk(tally)
    return { request, tally, elapsedMs, violations, interrupted: interrupts.received !== null }
  } finally {
    progress.end()
    forget()
    await pool.close()
  }
}

const unshrunk = ({ violations }: Tally): readonly FoundViolation[] =>
  Object.entries(violations).map(([invariant, finding]) => ({ invariant, ...finding, file: null }))
