import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { EngineHealth, EngineProbe } from '../../formats/index.ts'
import { type ServiceStatus, Services } from '../../ports/index.ts'

/** Which process a check speaks to: the service, the endpoint at which it answers, and the start that this run made. */
export interface ServedBy {
  readonly service: string
  readonly endpoint: string
  readonly invocation: string
}

const HEALTH_TIMEOUT_MS = 10_000

/** The status of an installed unit. @throws service-failed when it is not installed */
export function* statusOf(service: string): Task<ServiceStatus> {
  const [status] = yield* Services.status({ names: [service] })
  if (status?.installed !== true) {
    throw new OperatingError('service-failed', `${service} is not installed`, { subject: service })
  }
  return status
}

/**
 * Proves that a process runs and is the one this run started, so that no check is passed by a stranger.
 * @throws identity-mismatch for another one; service-failed when none runs
 */
export function* assertIdentity(service: string, invocation: string): Task<ServiceStatus> {
  const status = yield* statusOf(service)
  if (status.invocation === null) {
    throw new OperatingError('service-failed', `no process of ${service} runs: it is ${status.state}`, {
      subject: service,
      retryable: true,
    })
  }
  refuseStranger(status, invocation)
  return status
}

/** @throws identity-mismatch when the unit runs and not as the process this run started */
export function refuseStranger(status: ServiceStatus, invocation: string): void {
  if (status.invocation === null || status.invocation === invocation) return
  throw new OperatingError(
    'identity-mismatch',
    `${status.name} was restarted by something else than this run`,
    { subject: status.name },
  )
}

/**
 * Proves that the endpoint is answered by the process this run started, and gives its health: the service manager says which
 * process runs, the answer says which process gives it (an engine that tells no instance is believed to be the one that runs).
 * @throws identity-mismatch, service-failed
 */
export function* assertServed(probe: EngineProbe, served: ServedBy): Task<EngineHealth> {
  yield* assertIdentity(served.service, served.invocation)
  const health = yield* probe.health({ endpoint: served.endpoint, timeoutMs: HEALTH_TIMEOUT_MS })
  refuseOtherInstance(health, served)
  return health
}

/** @throws identity-mismatch when another process than this run's gave the answer */
export function refuseOtherInstance(health: EngineHealth, served: ServedBy): void {
  if (health.instance === null || health.instance === served.invocation) return
  throw new OperatingError('identity-mismatch', `endpoint ${served.endpoint} is served by another process`, {
    subject: served.endpoint,
  })
}
