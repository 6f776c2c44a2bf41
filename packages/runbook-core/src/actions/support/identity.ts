import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { type ServiceStatus, Services } from '../../ports/index.ts'

/**
 * Proves that the running process is the one this run started, so that no check is passed by a stranger.
 * @throws identity-mismatch
 */
export function* assertIdentity(service: string, invocation: string): Task<ServiceStatus> {
  const [status] = yield* Services.status({ names: [service] })
  if (status === undefined || !status.installed) {
    throw new OperatingError('service-failed', `${service} is not installed`, { subject: service })
  }
  if (status.invocation !== null && status.invocation !== invocation) {
    throw new OperatingError(
      'identity-mismatch',
      `${service} was restarted by something else than this run`,
      {
        subject: service,
      },
    )
  }
  return status
}
