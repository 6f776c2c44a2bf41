import { z } from 'zod'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { BackupCandidate, BackupDescription, BackupFormat, Described } from '../../formats/index.ts'
import { Clock, Log, ObjectStore, Random } from '../../ports/index.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { whileAnswering } from '../support/answering.ts'
import { type Patience, patienceOf, patiently } from '../support/patience.ts'
import { backupDescription, milliseconds, name, refusal } from '../support/schemas.ts'
import { toldRefusals } from '../support/told-refusals.ts'

const input = z.strictObject({
  store: name,
  /** Raw Ed25519 public key as hex; empty leaves authenticity unchecked (and unproven). */
  trustKey: z
    .string()
    .regex(/^([0-9a-f]{64})?$/, 'empty, or 64 hex digits')
    .default(''),
  /** Only backups whose content ended at or before this instant (D69). */
  stoppedBy: milliseconds.nullable().default(null),
  patienceMs: milliseconds,
})
const output = z.object({
  /** Usable ones, newest first. */
  usable: z.array(backupDescription),
  refused: z.array(refusal),
  /** Those that are no base and whose manifest can be believed: their log files are copies, and they tell of histories. */
  others: z.array(backupDescription),
  /** Of the newest usable one. */
  name: z.string(),
  totalBytes: z.number(),
  recordCount: z.number(),
})

/**
 * Lists every backup, newest first, and refuses each that is incomplete, unreadable, misnamed, unsigned or not all there, with its
 * reason (D20-D23, D27, D58, D67, D103). Never picks by name alone; an empty listing is an error, not an empty name (D21).
 */
export function selectBackup(
  format: BackupFormat,
): ActionDefinition<z.infer<typeof input>, z.infer<typeof output>> {
  return defineAction({
    kind: 'select-backup',
    summary: 'Finds usable backups, newest first, and says why each other one is refused.',
    input,
    output,
    effects: ({ store }) => ({ reads: [`store:${store}`], writes: [], destroys: [], exposes: [] }),
    capabilities: { required: [], optional: [] },
    ports: [ObjectStore.$id, Clock.$id, Log.$id, Random.$id],
    traits: ['selects', 'verifies-authenticity'],
    estimate: () => ({ bestMs: 1_000, likelyMs: 10_000, worstMs: 120_000 }),
    run: (given) => select(format, given),
  })
}

/** Files of all usable backups together that an output holds: months of backups would not fit a line of the journal. */
const USABLE_FILES_MAX = 4_000
/** The same for the others, so that useless backups never take the room of usable ones. */
const OTHER_FILES_MAX = 1_000

function* select(format: BackupFormat, given: z.infer<typeof input>): Task<z.infer<typeof output>> {
  const patience = patienceOf(given.patienceMs)
  const candidates = yield* patiently(patience, `object store "${given.store}"`, () =>
    format.list({ store: given.store }),
  )
  const usable: BackupDescription[] = []
  const others: BackupDescription[] = []
  const refused: z.infer<typeof refusal>[] = []
  const files = { usable: 0, others: 0 }
  for (const candidate of candidates) {
    const described = yield* describe(format, given, candidate, patience)
    const { description } = described
    const count = description?.files.length ?? 0
    const why = whyNot(given, described)
    if (why !== null) {
      refused.push({ name: candidate.name, ...why })
      if (description === undefined || files.others + count > OTHER_FILES_MAX) continue
      others.push(description)
      files.others += count
    } else if (usable.length > 0 && files.usable + count > USABLE_FILES_MAX) {
      refused.push({ name: candidate.name, reason: 'not-needed', detail: 'enough newer ones are usable' })
    } else if (description !== undefined) {
      usable.push(description)
      files.usable += count
    }
  }
  const told = toldRefusals(refused)
  for (const { name: refusedName, reason, detail } of told) {
    yield* Log.write({ level: 'warn', message: `backup ${refusedName} refused: ${reason}: ${detail}` })
  }
  const [newest] = usable
  if (newest === undefined) throw noneUsable(given.store, told)
  return {
    usable: usable as z.infer<typeof backupDescription>[],
    others: others as z.infer<typeof backupDescription>[],
    refused: told,
    name: newest.name,
    totalBytes: newest.totalBytes,
    recordCount: newest.recordCount,
  }
}

/** Why a candidate is no base; null when it is one. */
function whyNot({ stoppedBy }: z.infer<typeof input>, described: Described) {
  if (described.kind === 'refused') return described.refusal
  if (stoppedBy === null || described.description.stoppedAt <= stoppedBy) return null
  return { reason: 'after-target', detail: 'it holds records from after the target' }
}

/** A candidate that cannot be read while the store answers is refused like a damaged one: an older backup may be whole. */
function* describe(
  format: BackupFormat,
  { store, trustKey }: z.infer<typeof input>,
  candidate: BackupCandidate,
  patience: Patience,
): Task<Described> {
  const asked = { store, candidate, trustKey: trustKey === '' ? null : trustKey }
  const described = yield* attempt(
    whileAnswering(
      patience,
      store,
      () => format.describe(asked),
      () => format.list({ store }),
    ),
  )
  if (described.ok) return described.value
  if (described.error.code !== 'object-corrupt') throw described.error
  const refusal = { reason: 'object-corrupt', detail: described.error.message } as const
  return { kind: 'refused', candidate, refusal }
}

/** The refusal when no candidate is left, with every reason. */
export function noneUsable(store: string, refused: readonly z.infer<typeof refusal>[]): OperatingError {
  const reasons = refused.map((one) => `${one.name}: ${one.reason} (${one.detail})`).join('; ')
  return new OperatingError(
    'backup-none-usable',
    refused.length === 0
      ? `store "${store}" holds no backup`
      : `no backup in store "${store}" is usable: ${reasons}`,
    { subject: store },
  )
}
