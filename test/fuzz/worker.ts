import { parentPort, workerData } from 'node:worker_threads'
import { campaign } from './campaign.ts'
import { CANARIES } from './targets/canaries.ts'
import { FUZZ_TARGETS } from './targets/index.ts'

/** What a worker is asked for. */
export interface FuzzTask {
  readonly target: string
  readonly seed: number
  readonly inputs: number
}

/** Holds the number of the input that is being read. */
const cell = new Int32Array(workerData as SharedArrayBuffer)

parentPort?.on('message', ({ target, seed, inputs }: FuzzTask) => {
  const found = [...FUZZ_TARGETS, ...CANARIES].find(({ name }) => name === target)
  if (found === undefined) throw new Error(`nothing to fuzz is called ${target}`)
  const onInput = (index: number): void => {
    Atomics.store(cell, 0, index)
  }
  parentPort?.postMessage(campaign(found, { seed, inputs, onInput }))
})
