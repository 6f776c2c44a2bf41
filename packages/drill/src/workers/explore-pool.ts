import { errorFromRecord } from '@dr-drill/runbook-core'
import type { Tally } from '@dr-drill/simulator'
import { Tinypool } from 'tinypool'
import type { ExploreAnswer } from './explore-answer.ts'
import type { Counterexample, ExploreTask, RunsTask, SimplestTask } from './explore-task.ts'

/** A young generation in which a whole drill finds room: what it made is garbage when it ends, and is never copied. */
const LIMITS = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 2048 }

/** Threads that perform the tasks of one exploration. */
export class ExplorePool {
  readonly #pool: Tinypool
  readonly threads: number

  constructor(threads: number) {
    this.threads = threads
    // Run from sources, threads are started as this process was.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    this.#pool = new Tinypool({
      filename: new URL(`./explore-worker.${extension}`, import.meta.url).href,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      isolateWorkers: false,
      resourceLimits: LIMITS,
      execArgv: extension === 'ts' ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : [],
    })
  }

  /** @throws what a drill or its preparation throws */
  runs(task: RunsTask): Promise<Tally> {
    return this.#ask(task) as Promise<Tally>
  }

  /** @throws what a drill throws */
  simplest(task: SimplestTask): Promise<Counterexample> {
    return this.#ask(task) as Promise<Counterexample>
  }

  /** Ends the threads, whatever they are at. */
  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async #ask(task: ExploreTask): Promise<Tally | Counterexample> {
    const answer = (await this.#pool.run(task)) as ExploreAnswer
    if ('value' in answer) return answer.value
    throw errorFromRecord(answer.error)
  }
}
