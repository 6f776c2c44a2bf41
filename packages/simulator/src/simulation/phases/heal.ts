import type { Mend, SimulatedWorld } from '../simulated-world.ts'

/** Long enough for every patience and every cache to have run out. */
const HEALING_MS = 2 * 3_600_000
/** A person looks at what the run said, and lets it go on. */
const RESUMED_AFTER_MS = 60_000

/**
 * The world heals: all that has struck and lasts ends, and time enough passes. What nothing has met yet stays as it is: the run that goes
 * on may meet it. A run that has not completed is then given another chance to, as its own
 * last line asks for; where a fault strikes that had waited for a moment further on, the world heals once more. At last none waits any
 * longer. Tells how often that was, and how much drill time
 * it took of the run, ms: nobody can recover faster than the trouble lasts.
 */
export function heal(world: SimulatedWorld): { readonly helped: number; readonly healedMs: number } {
  const { run, kernel, processes, moments } = world
  let [helped, waitedMs] = [0, 0]
  world.noteNames()
  const goOn = (): void => {
    helped += 1
    mend(world, ({ hasFired }) => hasFired())
    const from = kernel.nowMs
    processes.pass(HEALING_MS)
    waitedMs += kernel.nowMs - from + RESUMED_AFTER_MS
    run.again(RESUMED_AFTER_MS)
    world.noteNames()
  }
  let struck = ''
  while (!isCompleted(world) && strikes(world) !== struck) {
    struck = strikes(world)
    goOn()
  }
  mend(world, () => true)
  if (!moments.isEmpty) {
    moments.forget()
    if (!isCompleted(world)) goOn()
  }
  return { helped, healedMs: waitedMs }
}

/** Ends what lasts of such faults, in the order in which they were armed. */
function mend({ mends }: SimulatedWorld, isSuch: (mend: Mend) => boolean): void {
  const due = mends.filter(isSuch)
  mends.splice(0, mends.length, ...mends.filter((one) => !due.includes(one)))
  for (const { end } of due) end()
}

const isCompleted = ({ tape }: SimulatedWorld): boolean => tape.outcome === 'completed'

/** Changes whenever something strikes. */
const strikes = ({ tape, moments, host }: SimulatedWorld): string => {
  const fired = tape.events.filter(({ event }) => event.type === 'fault-fired').length
  return `${fired}/${moments.waiting}/${host.machine.powerLosses}`
}
