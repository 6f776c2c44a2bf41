import { patienceOf, patiently } from '../../actions/support/patience.ts'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Http, type HttpResponse } from '../../ports/index.ts'

/** How to reach the engine. The Http port knows address and token of the endpoint's name. */
export interface EngineAccess {
  readonly endpoint: string
  /** Drill time ms that one request may take. */
  readonly engineTimeoutMs: number
  /** Drill time ms from the first failed request after which its error is thrown. */
  readonly patienceMs: number
}

const RESPONSE_BYTES_MAX = 64 * 1024

/** Asks the engine to write a checkpoint of everything durable now; it is complete and durable when this returns. */
export function requestCheckpoint(access: EngineAccess): Task<void> {
  return tellAdmin(access, '/v1/admin/checkpoint')
}

/** Asks the engine to close its open segment; everything durable before the request lies in closed segments when this returns. */
export function requestRotation(access: EngineAccess): Task<void> {
  return tellAdmin(access, '/v1/admin/rotate')
}

/** What the engine answers is not read: what it did is read from its files. */
function* tellAdmin(access: EngineAccess, path: string): Task<void> {
  const { endpoint, engineTimeoutMs: timeoutMs, patienceMs } = access
  const request = {
    endpoint,
    method: 'POST',
    path,
    body: {},
    timeoutMs,
    responseBytesMax: RESPONSE_BYTES_MAX,
  } as const
  function* once(): Task<void> {
    checkStatus(endpoint, path, yield* Http.tell(request))
  }
  yield* patiently(patienceOf(patienceMs), endpoint, once)
}

function checkStatus(endpoint: string, path: string, { status }: HttpResponse): void {
  if (status >= 200 && status < 300) return
  const said = `${endpoint} answered ${status} to POST ${path}`
  if (status === 401 || status === 403) {
    throw new OperatingError('permission-denied', said, {
      subject: endpoint,
      hint: 'The endpoint is reached without the engine’s admin token, or with a wrong one.',
    })
  }
  // Starting, stopping or busy: another try may find it ready.
  if (status === 503) throw new OperatingError('connection-failed', said, { subject: endpoint })
  throw new OperatingError('response-invalid', said, { subject: endpoint, retryable: false })
}
