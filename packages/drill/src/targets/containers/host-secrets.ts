import { OperatingError } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS, STEMEDB_USER } from '@dr-drill/runbook-core/stemedb'
import type { StoreLocation } from '../../ports/object-store/index.ts'
import type { RunSecrets } from '../local/keys.ts'
import type { StartedRecoveryHost } from './machines/recovery-host-container.ts'

const FOLDER = '/etc/dr-drill'
const SIGNING_KEY = `${FOLDER}/signer.key`

/** What the units of a recovery host are told besides their configuration. */
export interface HostSecretsOptions {
  readonly secrets: RunSecrets
  /** As the host reaches it, with keys that may write. */
  readonly archive: StoreLocation
  readonly historyShiftMs: number
}

/**
 * Writes what the drop-ins of the host's units read, each unit's own: the engine gets its token alone, operations the archive's keys and
 * the signing key. Only root can read it; the service manager hands it on.
 */
export async function placeHostSecrets(
  host: StartedRecoveryHost,
  { secrets, archive, historyShiftMs }: HostSecretsOptions,
): Promise<void> {
  const common = {
    STEMEDB_ADMIN_TOKEN: secrets.adminToken,
    DRILL_HISTORY_SHIFT_MS: String(historyShiftMs),
    HOME: STEMEDB_PATHS.home,
  }
  const engine = { ...common, STEMEDB_MODULE: '/opt/stemedb/lib/engine.mjs' }
  const operations = {
    ...common,
    DRILL_STORE: `s3://${archive.bucket}/${archive.prefix}`,
    DRILL_ENDPOINT: archive.endpoint ?? '',
    DRILL_REGION: archive.region,
    DRILL_SIGNING_KEY: SIGNING_KEY,
    DRILL_PATIENCE_S: '30',
    AWS_ACCESS_KEY_ID: archive.keys?.accessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: archive.keys?.secretAccessKey ?? '',
    AWS_SESSION_TOKEN: archive.keys?.sessionToken ?? '',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  await host.copyContentToContainer([
    { target: `${FOLDER}/engine.env`, content: fileOf(engine), mode: 0o600 },
    { target: `${FOLDER}/operations.env`, content: fileOf(operations), mode: 0o600 },
    { target: SIGNING_KEY, content: `${secrets.signingSeed}\n`, mode: 0o600 },
  ])
  const { exitCode, output } = await host.exec(['chown', `${STEMEDB_USER}:${STEMEDB_USER}`, SIGNING_KEY])
  if (exitCode !== 0) {
    throw new OperatingError('environment-lacking', `the recovery host could not be prepared: ${output}`)
  }
}

const fileOf = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
