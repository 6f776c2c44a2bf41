import { Worker } from 'node:worker_threads'
import { type ErrorRecord, errorFromRecord, type Judged, OperatingError } from '@dr-drill/runbook-core'

/** What to judge: absolute paths without symlinks, and an existing empty directory for sorting. */
export interface JudgeRequest {
  readonly ledger: string
  readonly readback: string
  readonly workPath: string
  /** History time, ms; null: the ledger's own. */
  readonly failureAt: number | null
  /** Estimated bytes of entries held at once. */
  readonly memoryBytes?: number
}

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
