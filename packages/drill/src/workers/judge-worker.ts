import { parentPort, workerData } from 'node:worker_threads'
import { toOperatingError } from '@dr-drill/runbook-core'
import type { JudgeAnswer } from './judge-apart.ts'
import { type JudgeRequest, judgeHere } from './judge-here.ts'

/** Entry of the worker that compares two files; answers once. */
const answer = (message: JudgeAnswer): void => parentPort?.postMessage(message)
try {
  answer({ judged: await judgeHere(workerData as JudgeRequest) })
} catch (thrown) {
  answer({ error: toOperatingError(thrown).toRecord() })
}
