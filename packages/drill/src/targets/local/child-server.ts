import { OperatingError } from '@dr-drill/runbook-core'
import { startTimer } from '../../ports/clock.ts'
import { type Program, startProcess } from '../../ports/supervisor/service-process.ts'
import { UnitLog } from '../../ports/supervisor/unit-log.ts'

/** A server of ours that runs as a child of this run. */
export interface ChildServer {
  readonly url: string
  readonly pid: number
  /** Ends it; returns when it is gone. */
  stop(): Promise<void>
}

const STOP_MS = 2_000

/**
 * Starts one of our `serve` commands and waits for its line `{"url","pid"}`.
 * @throws environment-lacking when it ends, or does not get ready in time
 */
export async function startChildServer(
  name: string,
  program: Program,
  readyMs: number,
): Promise<ChildServer> {
  const log = new UnitLog(50)
  let ready: (url: string) => void = () => {}
  const url = new Promise<string>((resolve) => {
    ready = resolve
  })
  const running = await startProcess(program, (line) => {
    log.add(line)
    const found = urlOf(line)
    if (found !== null) ready(found)
  })
  const stop = async (): Promise<void> => {
    running.signal('SIGTERM')
    const killer = startTimer(STOP_MS, () => running.signal('SIGKILL'))
    await running.ended
    killer.stop()
  }
  let timer: { stop(): void } | null = null
  const late = new Promise<null>((resolve) => {
    timer = startTimer(readyMs, () => resolve(null))
  })
  const first = await Promise.race([url, running.ended.then(() => null), late])
  ;(timer as { stop(): void } | null)?.stop()
  if (first !== null) return { url: first, pid: running.pid, stop }
  await stop()
  throw new OperatingError('environment-lacking', `${name} did not get ready: ${log.newest(5).join(' | ')}`, {
    subject: name,
  })
}

function urlOf(line: string): string | null {
  if (!line.startsWith('{')) return null
  try {
    const { url } = JSON.parse(line) as { url?: unknown }
    return typeof url === 'string' && URL.canParse(url) ? url : null
  } catch {
    return null
  }
}
