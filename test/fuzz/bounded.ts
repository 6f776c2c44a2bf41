import { driveSync, type Environment, type Exit, Runtime, type Task } from '@dr-drill/runbook-core'

/** More effects than any reader needs for inputs of this size. */
const EFFECTS_MAX = 20_000

/** A reader that asked for more and more. */
export class EndlessEffects extends Error {}

/** Drives a reader to its end; one that asks for effects without end is a find. Throws what it throws. */
export function driveBounded<A>(task: Task<A>, world: Environment): A {
  let effects = 0
  const runtime = new Runtime({
    adoptsPromises: false,
    hooks: {
      beforeCall() {
        effects += 1
        if (effects > EFFECTS_MAX) throw new EndlessEffects(`more than ${EFFECTS_MAX} effects`)
      },
    },
  })
  return endedWith(driveSync(task, world, { runtime }))
}

function endedWith<A>(exit: Exit<A> | null): A {
  if (exit?.kind === 'success') return exit.value
  throw exit?.kind === 'failure' ? exit.error : new EndlessEffects('it never ended')
}
