import { type ActionContext, ActionRegistry, actionsFor, type Task } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS, stemedbPack } from '@dr-drill/runbook-core/stemedb'
import { SimulatedDisk } from '@dr-drill/simulator'
import type { MemoryStore } from '../stemedb-operations/memory-store.ts'
import { checksums, type Death, Production, TRUST_KEY } from '../stemedb-operations/production.ts'

/** The actions over StemeDB's pack. */
export const registry = new ActionRegistry(
  actionsFor(stemedbPack({ checksums, units: { opsCommand: ['/opt/dr-drill', 'ops'] } })),
)
const INCOMING = '/var/lib/stemedb/.incoming'
const PROTECTION = { owner: 'stemedb', group: 'stemedb', directoryMode: '0750', fileMode: '0640' }

// biome-ignore lint/suspicious/noExplicitAny: outputs are checked by each action's own schema
type Outputs = Record<string, any>

/** The steps of a full restore that move bytes, in order, each with its input from the outputs before it. */
export const STEPS: readonly (readonly [string, (outputs: Outputs, options: RestoreOptions) => unknown])[] = [
  ['select-backup', (_, { trustKey }) => ({ store: 'archive', trustKey, patienceMs: 1_000 })],
  [
    'fetch-backup',
    (o) => ({
      store: 'archive',
      backups: o['select-backup'].usable,
      into: `${INCOMING}/backup`,
      patienceMs: 1_000,
    }),
  ],
  [
    'select-log',
    (o, { trustKey }) => ({
      store: 'archive',
      trustKey,
      backup: o['fetch-backup'].backup,
      files: o['fetch-backup'].files,
      backups: o['select-backup'].usable,
      others: o['select-backup'].others,
      patienceMs: 1_000,
    }),
  ],
  [
    'fetch-log',
    (o) => ({
      store: 'archive',
      segments: o['select-log'].segments,
      into: `${INCOMING}/log`,
      patienceMs: 1_000,
    }),
  ],
  [
    'scan-log',
    (o, { acceptLoss }) => ({
      history: o['fetch-backup'].backup.history,
      histories: o['select-log'].histories,
      after: o['fetch-backup'].backup.startPosition,
      through: o['fetch-backup'].backup.stopPosition,
      files: o['fetch-log'].files,
      missing: o['fetch-log'].missing,
      acceptLoss,
    }),
  ],
  [
    'verify-backup',
    (o) => ({
      backup: o['fetch-backup'].backup,
      files: o['fetch-backup'].files,
      alsoFiles: o['scan-log'].files,
    }),
  ],
  [
    'place-files',
    (o) => ({
      placements: [
        { directory: STEMEDB_PATHS.wal, files: o['scan-log'].files },
        { directory: STEMEDB_PATHS.db, files: o['fetch-backup'].dataFiles },
      ],
      protection: PROTECTION,
      incoming: INCOMING,
    }),
  ],
]

export interface RestoreOptions {
  readonly trustKey: string
  readonly acceptLoss: boolean
}
export const CAREFUL: RestoreOptions = { trustKey: TRUST_KEY, acceptLoss: false }

/** A recovery host with an empty disk, before a store. */
export function recoveryHost(
  store: MemoryStore,
  seed = 7,
  middleware?: ConstructorParameters<typeof Production>[0],
): Production {
  const disk = new SimulatedDisk()
  disk.place('/var/lib/.keep', new Uint8Array(0))
  return new Production({ ...middleware, store: store.copy(), disk, seed })
}

function context(step: string): ActionContext {
  return {
    runId: 'run',
    step,
    idempotencyKey: checksums.sha256Hex(new Uint8Array([1])),
    attempt: 1,
    checksums,
    capabilities: new Set(['chown']),
    approvedBy: null,
  }
}

/** Performs the steps that have no output yet; outputs are what a journal would hold. */
export function* restore(outputs: Outputs, options: RestoreOptions = CAREFUL): Task<Outputs> {
  for (const [kind, inputOf] of STEPS) {
    if (outputs[kind] !== undefined) continue
    const action = registry.get(kind)
    if (action === null) throw new TypeError(`no action ${kind}`)
    const input = action.input.parse(inputOf(outputs, options))
    outputs[kind] = action.output.parse(yield* action.run(input, context(kind)))
  }
  return outputs
}

/** Kinds that have ended in a run. */
export const done = (outputs: Outputs): number => Object.keys(outputs).length

/** Lets a host die at a call of the restore; null when it did not get that far. */
export function dieAt(host: Production, outputs: Outputs, death: Death): boolean {
  return host.run(restore(outputs), death) === null
}
