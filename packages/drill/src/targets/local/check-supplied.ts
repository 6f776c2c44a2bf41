import { join } from 'node:path'
import { storeLocation } from '../../ports/object-store/index.ts'
import { checkWorld } from './kept-world.ts'
import type { RunRequest } from './run-request.ts'
import { ledgerFailureAt } from './source.ts'

/**
 * Looks at what a person supplied before anything is made or started: a kept world, the ledger's first line, the form of the stores.
 * @throws usage-invalid, input-unreadable, input-invalid, input-too-new
 */
export async function checkSupplied({ source, archiveTo, ledger }: RunRequest): Promise<void> {
  if (source.kind === 'world') checkWorld(source.directory)
  for (const store of [source.kind === 'store' ? source : null, archiveTo]) {
    if (store !== null) storeLocation(store.url, store)
  }
  // A world's own comes last: its presence means that the world is whole.
  const truth = ledger ?? (source.kind === 'world' ? join(source.directory, 'ledger.jsonl') : null)
  if (truth !== null) await ledgerFailureAt(truth)
}
