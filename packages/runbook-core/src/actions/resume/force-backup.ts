import { z } from 'zod'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Clock, Log, ObjectStore, Random, Services } from '../../ports/index.ts'
import type { DatabasePack } from '../database-pack.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { patienceOf, patiently } from '../support/patience.ts'
import { milliseconds, name, unitName } from '../support/schemas.ts'

const input = z.strictObject({
  /** The oneshot services that the timers start. */
  archiveService: unitName,
  backupService: unitName,
  verifyService: unitName.nullable().default(null),
  /** Where their objects must appear. */
  store: name,
  /** For all of it together. */
  timeoutMs: milliseconds,
  /** How long the store may be silent while it is looked at. */
  patienceMs: milliseconds.default(0),
})
type Input = z.infer<typeof input>
const output = z.object({
  backup: z.string(),
  stopPosition: z.string(),
  recordCount: z.number().int(),
  archivedSegments: z.number().int(),
})
type Output = z.infer<typeof output>

/**
 * Runs one archive cycle and one full backup through the very units that the timers start, and sees their objects in the bucket:
 * the restored data is protected before anybody writes to it (D46, D61, D63, D64).
 */
export function forceBackup(pack: DatabasePack): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'force-backup',
    summary: 'Runs one archive cycle and one full backup and sees their objects in the bucket.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ archiveService, backupService, verifyService, store }) => ({
      reads: [`store:${store}`],
      writes: [
        ...[archiveService, backupService, verifyService]
          .filter((one) => one !== null)
          .map((one) => `service:${one}` as const),
        `store:${store}`,
      ],
      destroys: [],
      exposes: [],
    }),
    capabilities: { required: ['service-manager'], optional: [] },
    ports: [Services.$id, ObjectStore.$id, Clock.$id, Log.$id, Random.$id],
    traits: ['protects'],
    estimate: () => ({ bestMs: 1_000, likelyMs: 600_000, worstMs: 1_200_000 }),
    run: (given) => force(pack, given),
  })
}

function* force(pack: DatabasePack, given: Input): Task<Output> {
  const { store } = given
  const deadline = (yield* Clock.drillNow({})) + given.timeoutMs
  const ask = <A>(task: () => Task<A>): Task<A> =>
    patiently(patienceOf(given.patienceMs), `store "${store}"`, task)
  const before = new Set((yield* ask(() => pack.backup.list({ store }))).map((one) => one.name))
  yield* runOnce(given.archiveService, deadline)
  yield* runOnce(given.backupService, deadline)
  const fresh = (yield* ask(() => pack.backup.list({ store }))).filter((one) => !before.has(one.name))
  for (const candidate of fresh) {
    const described = yield* ask(() => pack.backup.describe({ store, candidate, trustKey: null }))
    if (described.kind !== 'usable') continue
    if (given.verifyService !== null) yield* runOnce(given.verifyService, deadline)
    const { name: backup, stopPosition, recordCount, history } = described.description
    const log = yield* ask(() => pack.log.list({ store, trustKey: null, after: null }))
    const archivedSegments = log.segments.filter((one) => one.history === history).length
    if (archivedSegments === 0) throw unprotected(`no log of history ${history}`, given.archiveService, store)
    return { backup, stopPosition, recordCount, archivedSegments }
  }
  throw unprotected('no complete new backup', given.backupService, store)
}

function* runOnce(name: string, deadline: number): Task<void> {
  const timeoutMs = deadline - (yield* Clock.drillNow({}))
  if (timeoutMs <= 0) {
    throw new OperatingError('timed-out', `no time was left to run ${name}`, { subject: name })
  }
  const ran = yield* attempt(Services.runOnce({ name, timeoutMs }))
  if (ran.ok) return
  const { code, message, subject } = ran.error
  if (code !== 'service-failed') throw ran.error
  // A run that failed changed nothing: the step's own retry may make another.
  throw new OperatingError(code, message, {
    retryable: true,
    cause: ran.error,
    ...(subject === null ? {} : { subject }),
  })
}

function unprotected(what: string, service: string, store: string): OperatingError {
  return new OperatingError('check-failed', `${what} appeared in store "${store}"`, {
    subject: service,
    hint: 'The restored server is not protected: do not let clients in before this succeeds.',
  })
}
