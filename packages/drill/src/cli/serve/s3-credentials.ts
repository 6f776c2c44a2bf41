import { OperatingError } from '@dr-drill/runbook-core'
import type { S3Credential } from '@dr-drill/simulator'
import { isLoopbackHost, LOOPBACK_KEYS } from '../../ports/object-store/index.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Who may use an embedded S3 server: the pair given by flags, else by `DRILL_S3_ACCESS_KEY`/`DRILL_S3_SECRET_KEY`, else the
 * well-known pair on loopback; and the read-only pair of `DRILL_S3_READONLY_*`.
 * @throws usage-invalid for half a pair, and without keys on any other host than loopback
 */
export function s3Credentials(
  flags: { readonly accessKey?: string; readonly secretKey?: string },
  variables: Variables,
  host: string,
): readonly S3Credential[] {
  const given =
    pair('--access-key and --secret-key', flags.accessKey, flags.secretKey, 'read-write') ??
    pair(
      'DRILL_S3_ACCESS_KEY and DRILL_S3_SECRET_KEY',
      variables.DRILL_S3_ACCESS_KEY,
      variables.DRILL_S3_SECRET_KEY,
      'read-write',
    )
  const reader = pair(
    'DRILL_S3_READONLY_ACCESS_KEY and DRILL_S3_READONLY_SECRET_KEY',
    variables.DRILL_S3_READONLY_ACCESS_KEY,
    variables.DRILL_S3_READONLY_SECRET_KEY,
    'read-only',
  )
  if (given === null && !isLoopbackHost(host)) {
    throw new OperatingError('usage-invalid', `on ${host} the server needs keys of its own`, {
      subject: host,
      hint: 'Set DRILL_S3_ACCESS_KEY and DRILL_S3_SECRET_KEY: the built-in pair is known to everybody.',
    })
  }
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = LOOPBACK_KEYS
  const writer: S3Credential = given ?? { accessKey, secretKey, rights: 'read-write' }
  if (reader?.accessKey === writer.accessKey) {
    throw new OperatingError('usage-invalid', 'the read-only pair has the access key of the other one')
  }
  return reader === null ? [writer] : [writer, reader]
}

function pair(
  names: string,
  accessKey: string | undefined,
  secretKey: string | undefined,
  rights: S3Credential['rights'],
): S3Credential | null {
  if (!accessKey && !secretKey) return null
  if (!accessKey || !secretKey) throw new OperatingError('usage-invalid', `${names} belong together`)
  return { accessKey, secretKey, rights }
}
