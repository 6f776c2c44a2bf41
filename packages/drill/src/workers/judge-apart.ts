import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type ErrorRecord, errorFromRecord, type Judged, OperatingError } from '@dr-drill/runbook-core'
import { type JudgeRequest, judgeHere } from './judge-here.ts'

/** What the worker answers, once. */
export type JudgeAnswer = { readonly judged: Judged } | { readonly error: ErrorRecord }

/**
 * A heap of its own that the collector keeps small: in the main heap it would grow with the garbage of millions of lines, although
 * next to nothing of it is alive.
 */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 }

/**
 * Judges a ledger and a readback beside the main thread, in little memory whatever their size. An aborted `signal` ends it with
 * `cancelled`.
 * @throws OperatingError as `judgeFiles` does
 */
export async function judgeInWorker(request: JudgeRequest, signal?: AbortSignal): Promise<Judged> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./judge-worker.${extension}`, import.meta.url), {
    workerData: request,
    resourceLimits: LIMITS,
    ...(extension === 'ts'
      ? { execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'] }
      : {}),
  })
  const abort = (): void => void worker.terminate()
  signal?.addEventListener('abort', abort)
  try {
    const answer = await answerOf(worker, signal)
    if ('judged' in answer) return answer.judged
    throw errorFromRecord(answer.error)
  } finally {
    signal?.removeEventListener('abort', abort)
    await worker.terminate()
  }
}

function answerOf(worker: Worker, signal: AbortSignal | undefined): Promise<JudgeAnswer> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => {
      const message =
        signal?.aborted === true ? 'judging was interrupted' : 'the judging thread ended without an answer'
      reject(new OperatingError(signal?.aborted === true ? 'cancelled' : 'internal', message))
    })
    if (signal?.aborted === true) void worker.terminate()
  })
}

/** Up to here a thread of its own costs more time than it saves memory. */
const HERE_BYTES_MAX = 16_777_216

/** Judges two files: small ones on this thread, large ones in a worker. @throws OperatingError as `judgeFiles` does */
export function judgeApart(request: JudgeRequest, signal?: AbortSignal): Promise<Judged> {
  const sizeBytes = statSync(request.ledger).size + statSync(request.readback).size
  return sizeBytes > HERE_BYTES_MAX ? judgeInWorker(request, signal) : judgeHere(request, signal)
}
