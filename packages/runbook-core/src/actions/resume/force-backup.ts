import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { ObjectStore, Services } from '../../ports/index.ts'
import type { DatabasePack } from '../database-pack.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { milliseconds, name, unitName } from '../support/schemas.ts'

const input = z.strictObject({
  /** The oneshot services that the timers start. */
  archiveService: unitName,
  backupService: unitName,
  verifyService: unitName.nullable().default(null),
  /** Where their objects must appear. */
  store: name,
  timeoutMs: milliseconds,
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
    effects: ({ archiveService, backupService, store }) => ({
      reads: [`store:${store}`],
      writes: [`service:${archiveService}`, `service:${backupService}`, `store:${store}`],
      destroys: [],
      exposes: [],
    }),
    capabilities: { required: ['service-manager'], optional: [] },
    ports: [Services.$id, ObjectStore.$id],
    traits: ['protects'],
    estimate: () => ({ bestMs: 1_000, likelyMs: 600_000, worstMs: 1_200_000 }),
    run: (given) => force(pack, given),
  })
}

function* force(pack: DatabasePack, given: Input): Task<Output> {
  const before = new Set((yield* pack.backup.list({ store: given.store })).map((one) => one.name))
  yield* Services.runOnce({ name: given.archiveService, timeoutMs: given.timeoutMs })
  yield* Services.runOnce({ name: given.backupService, timeoutMs: given.timeoutMs })
  const fresh = (yield* pack.backup.list({ store: given.store })).filter((one) => !before.has(one.name))
  for (const candidate of fresh) {
    const described = yield* pack.backup.describe({ store: given.store, candidate, trustKey: null })
    if (described.kind !== 'usable') continue
    if (given.verifyService !== null)
      yield* Services.runOnce({ name: given.verifyService, timeoutMs: given.timeoutMs })
    const log = yield* pack.log.list({ store: given.store, trustKey: null, after: null })
    const { name: backup, stopPosition, recordCount, history } = described.description
    const archivedSegments = log.segments.filter((one) => one.history === history).length
    return { backup, stopPosition, recordCount, archivedSegments }
  }
  throw new OperatingError('check-failed', `no complete new backup appeared in store "${given.store}"`, {
    subject: given.backupService,
    hint: 'The restored server is not protected: do not let clients in before a backup succeeds.',
  })
}
