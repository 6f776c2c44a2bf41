import { Clock, driveSync, environment, fork, join, sleep, type Task } from '@dr-drill/runbook-core'
import { clockHandlers, Kernel } from '@dr-drill/simulator'

const EFFECTS = 200_000

/** Effects and events of the bare kernel per second of CPU, without an action, a disk or a checker. */
export function kernelRates(): Readonly<Record<string, number>> {
  return {
    'calls of a port': rate(EFFECTS, calls),
    'waits in virtual time': rate(EFFECTS / 10, waits),
    'fibers forked and joined': rate(EFFECTS / 10, forks),
    'bare events of the queue': rate(EFFECTS, null),
  }
}

function* calls(count: number): Task<void> {
  for (let index = 0; index < count; index += 1) yield* Clock.drillNow({})
}

function* waits(count: number): Task<void> {
  for (let index = 0; index < count; index += 1) yield* sleep(1)
}

function* forks(count: number): Task<void> {
  for (let index = 0; index < count; index += 1) yield* join(yield* fork(nothing()))
}

function* nothing(): Task<null> {
  return null
}

/** Best of three. */
function rate(count: number, task: ((count: number) => Task<void>) | null): number {
  let best = 0
  for (let round = 0; round < 3; round += 1) {
    const kernel = new Kernel()
    const handlers = environment({ Clock: clockHandlers(kernel, { epochMs: 0 }) as never })
    const cpu = process.cpuUsage()
    if (task === null) {
      for (let index = 0; index < count; index += 1) kernel.after(index % 1000, () => {})
      while (kernel.advance());
    } else driveSync(task(count), handlers, { time: kernel })
    const { user, system } = process.cpuUsage(cpu)
    best = Math.max(best, count / ((user + system) / 1e6))
  }
  return Math.round(best)
}
