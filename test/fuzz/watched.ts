import { Worker } from 'node:worker_threads'
import type { Campaign } from './campaign.ts'
import type { FuzzTask } from './worker.ts'

/** No input takes this long, on the slowest of machines. */
const HANG_MS = 30_000
const NOT_BEGUN = -1

/**
 * Runs campaigns in a thread of their own, since a reader that hangs hangs its thread: whoever waits here ends it then and tells at
 * which input that was. `close` ends the thread.
 */
export class WatchedCampaigns {
  #worker: Worker | null = null
  readonly #current = new SharedArrayBuffer(4)
  readonly #cell = new Int32Array(this.#current)

  run(task: FuzzTask, options: { readonly hangMs?: number } = {}): Promise<Campaign> {
    const { hangMs = HANG_MS } = options
    Atomics.store(this.#cell, 0, NOT_BEGUN)
    const worker = this.#start()
    return new Promise<Campaign>((resolve, reject) => {
      let seen = NOT_BEGUN
      const watch = setInterval(() => {
        const index = Atomics.load(this.#cell, 0)
        const hangs = index !== NOT_BEGUN && index === seen
        seen = index
        if (!hangs) return
        clearInterval(watch)
        void this.close()
        resolve(hung(task, index, hangMs))
      }, hangMs)
      worker.once('message', (done: Campaign) => {
        clearInterval(watch)
        worker.removeAllListeners('error')
        resolve(done)
      })
      worker.once('error', (error) => {
        clearInterval(watch)
        this.#worker = null
        reject(error)
      })
      worker.postMessage(task)
    })
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    worker?.removeAllListeners()
    await worker?.terminate()
  }

  #start(): Worker {
    this.#worker ??= new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.#current,
      execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    })
    return this.#worker
  }
}

function hung({ target, seed }: FuzzTask, index: number, hangMs: number): Campaign {
  const error = `input ${index} was still being read after ${hangMs} ms`
  const find = { target, seed, index, inputHex: '', error }
  return { target, inputs: index + 1, outcomes: new Map(), grown: 0, find }
}
