import { spawnSync } from 'node:child_process'
import type { Account } from '../../ports/processes/accounts.ts'

/**
 * Ids without an account on any usual machine; services of a root's drill run under them. Between the ids that systemd gives to
 * homes and containers and those of its dynamic users (61184 to 65519), whose services could otherwise read a drill's data.
 */
export const SERVICE_ACCOUNT: Account = { uid: 61018, gid: 61018 }

/** Whether and why service processes run as somebody else than the invoking user. */
export type ServiceAccount =
  | { readonly kind: 'separate'; readonly account: Account }
  | { readonly kind: 'own'; readonly reason: string }

/**
 * Finds out by trying: as root, whether a process of the service account can run our Node and reach the named files. In a folder
 * closed to others it cannot; then services run as the invoking user and owners are not exercised.
 */
export function probeServiceAccount(paths: readonly string[]): ServiceAccount {
  if (process.geteuid?.() !== 0)
    return { kind: 'own', reason: 'not root: files keep the owner who runs the drill' }
  const script = 'for (const path of process.argv.slice(1)) require("node:fs").accessSync(path)'
  const probe = spawnSync(process.execPath, ['-e', script, '--', ...paths], {
    ...SERVICE_ACCOUNT,
    cwd: '/',
    env: {},
    stdio: 'ignore',
  })
  if (probe.status === 0) return { kind: 'separate', account: SERVICE_ACCOUNT }
  return {
    kind: 'own',
    reason:
      'the folder of the run, or that of the drill itself, is closed to other users: services run as root',
  }
}
