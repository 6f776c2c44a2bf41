import { OperatingError } from '@dr-drill/runbook-core'
import { startTimer } from '../../../ports/clock.ts'

/** What a promise gives, if it does so in time: an engine that lost a container may never answer. @throws environment-lacking */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: { stop(): void } | null = null
  const late = new Promise<never>((_, reject) => {
    timer = startTimer(ms, () =>
      reject(
        new OperatingError('environment-lacking', `${what} was not ready within ${ms / 1_000} s`, {
          subject: what,
          hint: 'Look at the engine (docker ps -a, docker logs); a busy machine may need another attempt.',
        }),
      ),
    )
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    ;(timer as { stop(): void } | null)?.stop()
  }
}

/** What a promise gives, unless it is given up before; what it may still begin is removed with all else of the run. @throws cancelled */
export async function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  // Nobody waits for it any more when it was given up.
  promise.catch(() => {})
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new OperatingError('cancelled', 'the environment was not prepared'))
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
  })
  return await Promise.race([promise, aborted])
}
