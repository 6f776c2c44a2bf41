import { OperatingError } from '@dr-drill/runbook-core'
import { isLoopback, type StoreKeys } from './location.ts'

/** Keys of the embedded S3 server when nobody chose others; accepted on loopback only. */
export const LOOPBACK_KEYS: StoreKeys = { accessKeyId: 'drill', secretAccessKey: 'drill-secret' }

/** Looks for credentials the way the AWS SDK does; rejects when there are none. */
export type CredentialChain = () => Promise<StoreKeys>

/**
 * Credentials as contracts.md has them: the SDK's default chain, else `DRILL_S3_ACCESS_KEY`/`DRILL_S3_SECRET_KEY`, else the
 * well-known pair for a loopback endpoint.
 * @throws environment-lacking when nothing is found
 */
export function credentialFinder(
  endpoint: string | null,
  variables: Readonly<Record<string, string | undefined>>,
  chain: CredentialChain,
): CredentialChain {
  return async () => {
    try {
      return await chain()
    } catch {
      const own = keysFromVariables(variables)
      if (own !== null) return own
      if (endpoint !== null && isLoopback(endpoint)) return LOOPBACK_KEYS
      throw new OperatingError('environment-lacking', 'no S3 credentials were found', {
        ...(endpoint === null ? {} : { subject: endpoint }),
        hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or DRILL_S3_ACCESS_KEY and DRILL_S3_SECRET_KEY.',
      })
    }
  }
}

/** The pair of `DRILL_S3_ACCESS_KEY`/`DRILL_S3_SECRET_KEY`; null when not both are set. */
export function keysFromVariables(variables: Readonly<Record<string, string | undefined>>): StoreKeys | null {
  const accessKeyId = variables.DRILL_S3_ACCESS_KEY
  const secretAccessKey = variables.DRILL_S3_SECRET_KEY
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : null
}
