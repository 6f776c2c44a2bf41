import {
  Deferred,
  type Environment,
  type Exit,
  type Fiber,
  invariant,
  OperatingError,
  Runtime,
  type RuntimeHooks,
  success,
  type Task,
} from '@dr-drill/runbook-core'
import type { Kernel } from './kernel.ts'

/**
 * A process of a simulated world: tasks that live and die together, apart from those of other processes. What it is asked by others
 * it answers by a deferred; when it dies, whoever waits for it sees a broken connection.
 */
export class Process {
  readonly name: string
  readonly runtime: Runtime
  /** Nothing of it moves while set; `Processes.wake` lets it go on. */
  isPaused = false
  readonly #open = new Set<Deferred<unknown>>()

  constructor(name: string, hooks?: RuntimeHooks) {
    this.name = name
    this.runtime = new Runtime({ adoptsPromises: false, ...(hooks === undefined ? {} : { hooks }) })
  }

  get isDead(): boolean {
    return this.runtime.crashed
  }

  /** Starts a task of this process. */
  start<A>(task: Task<A>, environment: Environment, label = this.name): Fiber<A> {
    return this.runtime.start(task, environment, label)
  }

  /** Performs a task here for another process: the deferred is a port handler's answer. */
  answer<A>(task: Task<A>, environment: Environment): Deferred<A> {
    const answer = new Deferred<A>()
    if (this.isDead) {
      answer.fail(brokenConnection(this.name))
      return answer
    }
    this.#open.add(answer as Deferred<unknown>)
    this.start(task, environment).done.subscribe((settled) => {
      // Whoever ends its own process goes on to the end of its step, and nobody hears of it.
      if (!this.#open.delete(answer as Deferred<unknown>)) return
      const exit = settled.kind === 'success' ? settled.value : settled
      answer.settle(
        exit.kind === 'interrupted' ? { kind: 'failure', error: brokenConnection(this.name) } : exit,
      )
    })
    return answer
  }

  /** It dies here: no generator runs on, no `finally` runs. */
  kill(): void {
    if (this.isDead) return
    this.runtime.crash()
    const open = [...this.#open]
    this.#open.clear()
    for (const answer of open) answer.fail(brokenConnection(this.name))
  }
}

const brokenConnection = (name: string): OperatingError =>
  new OperatingError('connection-failed', `the connection to ${name} broke: its process is gone`)

/** All processes of a world on one kernel. */
export class Processes {
  readonly #kernel: Kernel
  readonly #running: Process[] = []
  /** Hooks of processes that are opened without any, by their name: for who must see every effect of a service. */
  hooksOf: ((name: string) => RuntimeHooks | undefined) | null = null
  #woken = false

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** A new process. `hooks` see every call that it makes. */
  open(name: string, hooks?: RuntimeHooks): Process {
    const opened = new Process(name, hooks ?? this.hooksOf?.(name))
    opened.runtime.onReady = () => {
      this.#woken = true
    }
    this.#running.push(opened)
    return opened
  }

  /** Something besides a process has made one ready: it was paused and is no more. */
  wake(): void {
    this.#woken = true
  }

  /** Runs a task to its end in a process, and everything else beside it. Null: the process died first. */
  drive<A>(driven: Process, task: Task<A>, environment: Environment): Exit<A> | null {
    const fiber = driven.start(task, environment)
    this.until(() => fiber.done.exit !== null || driven.isDead)
    const settled = fiber.done.exit
    return settled !== null && settled.kind === 'success' ? settled.value : null
  }

  /** Lets the world go on until this holds. @throws ProgrammerError when everybody waits and nothing is scheduled */
  until(holds: () => boolean): void {
    this.#pump()
    while (!holds()) {
      invariant(this.#kernel.advance(), 'deadlock: every process waits and nothing is scheduled')
      this.#pump()
    }
  }

  /** Lets the world go on for so long. */
  pass(ms: number): void {
    const over = new Deferred<void>()
    this.#kernel.after(ms, () => over.settle(success(undefined)))
    this.until(() => over.exit !== null)
  }

  /** Until nothing is ready anywhere: what one process does may wake another. */
  #pump(): void {
    do {
      this.#woken = false
      for (let index = 0; index < this.#running.length; index += 1) {
        const one = this.#running[index] as Process
        if (!one.isDead && !one.isPaused) one.runtime.pump()
      }
      if (this.#running.some(({ isDead }) => isDead)) this.#bury()
    } while (this.#woken)
  }

  #bury(): void {
    const alive = this.#running.filter(({ isDead }) => !isDead)
    this.#running.splice(0, this.#running.length, ...alive)
  }
}
