import { driveAsync, environment, type Fiber, type Judged, judgeFiles, unwrap } from '@dr-drill/runbook-core'
import { nodeFileSystem } from '@dr-drill/simulator/server'

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

/** Judges two files of this host on this thread. @throws OperatingError as `judgeFiles` does, `cancelled` when aborted */
export async function judgeHere(request: JudgeRequest, signal?: AbortSignal): Promise<Judged> {
  const files = nodeFileSystem({ root: '/', durable: false })
  let fiber: Fiber<Judged> | null = null
  const abort = (): void => fiber?.interrupt()
  signal?.addEventListener('abort', abort)
  try {
    const exit = await driveAsync(judgeFiles(request), environment({ FileSystem: files }), {
      onFiber: (root) => {
        fiber = root
        if (signal?.aborted === true) root.interrupt()
      },
    })
    return unwrap(exit)
  } finally {
    signal?.removeEventListener('abort', abort)
    files.close()
  }
}
