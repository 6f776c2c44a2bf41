import type { FileSystemContract, PortHandler } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS, STEMEDB_USER } from '@dr-drill/runbook-core/stemedb'
import type { Account } from '../../ports/processes/accounts.ts'

const uncancelled = { onCancel() {} }
const KEY_FOLDER = '/etc/dr-drill'
const KEY_FILE = `${KEY_FOLDER}/signer.key`

/**
 * What a recovery host has before a run begins: the folders of any Linux, the service
 * account's home, a working folder of the operations, and the key that
 * signs what the restored server will write. Gives the key file's path on this machine.
 */
export async function placeHostFiles(
  root: string,
  files: PortHandler<FileSystemContract>,
  signingSeed: string,
  account: Account | null,
): Promise<string> {
  for (const path of ['/etc', '/opt', '/var', '/var/lib', '/var/backups', KEY_FOLDER]) {
    await files.makeDirectory({ path, mode: 0o755 }, uncancelled)
  }
  for (const path of [STEMEDB_PATHS.home, STEMEDB_PATHS.backups]) {
    await files.makeDirectory({ path, mode: 0o750 }, uncancelled)
  }
  if ((await files.stat({ path: KEY_FILE }, uncancelled)) === null) {
    const bytes = new TextEncoder().encode(`${signingSeed}\n`)
    await files.create({ path: KEY_FILE, mode: 0o600 }, uncancelled)
    await files.write({ path: KEY_FILE, offset: 0, bytes }, uncancelled)
  }
  if (account !== null) {
    for (const path of [STEMEDB_PATHS.home, STEMEDB_PATHS.backups, KEY_FILE]) {
      await files.setOwner({ path, owner: STEMEDB_USER, group: STEMEDB_USER }, uncancelled)
    }
  }
  return `${root}${KEY_FILE}`
}
