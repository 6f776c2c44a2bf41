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
