import { OperatingError, type ServiceUnit } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { stemedbServerEntry } from '@dr-drill/simulator/server'
import { isLoopbackHost, type StoreLocation } from '../../ports/object-store/index.ts'
import type { RunSecrets } from './keys.ts'

/** What the processes of a unit need to know besides their environment file. */
export interface UnitVariablesInput {
  readonly unit: ServiceUnit
  readonly root: string
  readonly locations: { readonly archive: StoreLocation }
  readonly secrets: RunSecrets
  readonly historyShiftMs: number
  readonly engineUrl: string | null
  readonly signingKey: string
}

/** Variables for the engine (a daemon) or for one of the operations (oneshots). Each gets only the secrets that it uses. */
export function unitVariables(input: UnitVariablesInput): Record<string, string> {
  const common = {
    STEMEDB_ADMIN_TOKEN: input.secrets.adminToken,
    STEMEDB_MODULE: stemedbServerEntry,
    // From sources, packages resolve to theirs.
    ...(stemedbServerEntry.endsWith('.ts') ? { NODE_OPTIONS: '--conditions=source' } : {}),
    DRILL_ROOT: input.root,
    // The service account is none of this machine's: nothing else could tell its home.
    HOME: `${input.root}${STEMEDB_PATHS.home}`,
    DRILL_HISTORY_SHIFT_MS: String(input.historyShiftMs),
    DRILL_EXIT_WITH_PARENT: '1',
    ...(process.env.NODE_COMPILE_CACHE === undefined
      ? {}
      : { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
  }
  return input.unit.type === 'daemon' ? common : { ...common, ...operationVariables(input) }
}

/**
 * What a sandbox restored is served to this machine only, whatever a runbook or a parameter says. @throws precondition-failed
 */
export function requireLoopback(configured: Readonly<Record<string, string>>): void {
  const address = configured.STEMEDB_BIND_ADDR
  if (!address || isLoopbackHost(address.slice(0, Math.max(0, address.lastIndexOf(':'))))) return
  throw new OperatingError('precondition-failed', `a drill on local does not listen on ${address}`, {
    subject: 'STEMEDB_BIND_ADDR',
    hint: "Bind to 127.0.0.1: the data may be production's, and nobody else is to reach it.",
  })
}

function operationVariables(input: UnitVariablesInput): Record<string, string> {
  const { endpoint, region, bucket, prefix, keys } = input.locations.archive
  return {
    DRILL_STORE: `s3://${bucket}/${prefix}`,
    ...(endpoint === null ? {} : { DRILL_ENDPOINT: endpoint }),
    DRILL_REGION: region,
    DRILL_SIGNING_KEY: input.signingKey,
    DRILL_PATIENCE_S: '30',
    ...(input.engineUrl === null ? {} : { DRILL_ENGINE_URL: input.engineUrl }),
    ...(keys === null
      ? {}
      : {
          AWS_ACCESS_KEY_ID: keys.accessKeyId,
          AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
          ...(keys.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: keys.sessionToken }),
        }),
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}
