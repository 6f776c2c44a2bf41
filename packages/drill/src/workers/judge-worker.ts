import { parentPort, workerData } from 'node:worker_threads'
import { driveAsync, environment, judgeFiles, toOperatingError, unwrap } from '@dr-drill/runbook-core'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import type { JudgeAnswer, JudgeRequest } from './judge-in-worker.ts'

/** Entry of the worker that compares two files; answers once. */
const files = nodeFileSystem({ root: '/', durable: false })
const answer = (message: JudgeAnswer): void => parentPort?.postMessage(message)
try {
  const world = environment({ FileSystem: files })
  answer({ judged: unwrap(await driveAsync(judgeFiles(workerData as JudgeRequest), world)) })
} catch (thrown) {
  answer({ error: toOperatingError(thrown).toRecord() })
} finally {
  files.close()
}
