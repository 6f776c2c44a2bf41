import { z } from 'zod'
import { patienceOf, patiently } from '../../actions/support/patience.ts'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Http, type HttpResponse } from '../../ports/index.ts'
import { parsed } from '../api/ask.ts'
import { countField, historyField, positionField } from '../backup/fields.ts'
import { requirePosition } from '../record/index.ts'
import { currentHistory, type LocalSegment } from './local-log.ts'

/** How to reach the engine. The Http port knows address and token of the endpoint's name. */
export interface EngineAccess {
  readonly endpoint: string
  /** Drill time ms that one request may take. */
  readonly engineTimeoutMs: number
  /** Drill time ms from the first failed request after which its error is thrown. */
  readonly patienceMs: number
}

const RESPONSE_BYTES_MAX = 64 * 1024
const CHECKPOINT = '/v1/admin/checkpoint'
const ROTATE = '/v1/admin/rotate'

const position = positionField.transform(requirePosition)
const checkpointAnswer = z.object({ history: historyField, applied_position: position })
const rotateAnswer = z.object({
  history: historyField,
  closed: z.object({ number: countField, last_position: position }).nullable(),
})

/** What the engine says of its checkpoint. */
export interface CheckpointAnswer {
  readonly history: string
  readonly appliedPosition: number
}

/** What the engine says of its log after a rotation: its newest closed segment, null when there is none yet. */
export interface RotationAnswer {
  readonly history: string
  readonly closed: { readonly number: number; readonly lastPosition: number } | null
}

/** Asks the engine to write a checkpoint of everything durable now; it is complete and durable when this returns. */
export function* requestCheckpoint(access: EngineAccess): Task<CheckpointAnswer> {
  const answer = parsed(callOf(access), CHECKPOINT, yield* tellAdmin(access, CHECKPOINT), checkpointAnswer)
  return { history: answer.history, appliedPosition: answer.applied_position }
}

/** Asks the engine to close its open segment; everything durable before the request lies in closed segments when this returns. */
export function* requestRotation(access: EngineAccess): Task<RotationAnswer> {
  const { history, closed } = parsed(callOf(access), ROTATE, yield* tellAdmin(access, ROTATE), rotateAnswer)
  return {
    history,
    closed: closed === null ? null : { number: closed.number, lastPosition: closed.last_position },
  }
}

/**
 * Makes sure that the engine that answered is the one that writes this log directory: another one would be rotated while the real
 * one's newest records stay in an open segment, unarchived. @throws OperatingError `identity-mismatch`
 */
export function checkRotated(
  access: { readonly endpoint: string; readonly walDirectory: string },
  answer: RotationAnswer,
  segments: readonly LocalSegment[],
): void {
  const { history, closed } = answer
  const local = segments.find((segment) => segment.number === closed?.number)
  const isOurs =
    currentHistory(segments) === history &&
    (closed === null || local?.footer?.lastPosition === closed.lastPosition)
  if (!isOurs) throw stranger(access.endpoint, access.walDirectory)
}

/** The error of an engine that writes other files than those looked at. */
export function stranger(endpoint: string, directory: string): OperatingError {
  return new OperatingError('identity-mismatch', `${endpoint} is not the engine that writes ${directory}`, {
    subject: endpoint,
    hint: 'Another engine answers at this address, or the directories named here are not those of its configuration.',
  })
}

function callOf({ endpoint, engineTimeoutMs }: EngineAccess) {
  return { endpoint, timeoutMs: engineTimeoutMs }
}

function* tellAdmin(access: EngineAccess, path: string): Task<HttpResponse> {
  const { endpoint, engineTimeoutMs: timeoutMs, patienceMs } = access
  const request = {
    endpoint,
    method: 'POST',
    path,
    body: {},
    timeoutMs,
    responseBytesMax: RESPONSE_BYTES_MAX,
  } as const
  function* once(): Task<HttpResponse> {
    const response = yield* Http.tell(request)
    checkStatus(endpoint, path, response)
    return response
  }
  return yield* patiently(patienceOf(patienceMs), endpoint, once)
}

function checkStatus(endpoint: string, path: string, { status }: HttpResponse): void {
  if (status >= 200 && status < 300) return
  const said = `${endpoint} answered ${status} to POST ${path}`
  // 404: an engine without a token has no administration at all, and none for other machines.
  if (status === 401 || status === 403 || status === 404) {
    throw new OperatingError('permission-denied', said, {
      subject: endpoint,
      hint: 'The administration answers on this host only, with the token that the engine was started with (STEMEDB_ADMIN_TOKEN).',
    })
  }
  // Starting, stopping or busy: another try may find it ready.
  if (status === 503) throw new OperatingError('connection-failed', said, { subject: endpoint })
  throw new OperatingError('response-invalid', said, { subject: endpoint, retryable: false })
}
