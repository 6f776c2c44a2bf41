import { OperatingError } from '@dr-drill/runbook-core'

/** A secret pair of an S3 endpoint. Never printed, never in an input. */
export interface StoreKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Where a named store is. */
export interface StoreLocation {
  /** Null: AWS's own endpoint of the region. */
  readonly endpoint: string | null
  readonly region: string
  readonly bucket: string
  /** Empty, or ending in `/`: keys of the port are relative to it. */
  readonly prefix: string
  /** Null: found as contracts.md "Credentials" says. */
  readonly keys: StoreKeys | null
}

/**
 * The location that `s3://BUCKET[/PREFIX]` names.
 * @throws usage-invalid
 */
export function storeLocation(
  url: string,
  options: { readonly endpoint: string | null; readonly region: string | null },
): StoreLocation {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url)
  if (match === null) {
    // What stands before an @ may be keys.
    const shown = url.replace(/^.*@/s, '...@')
    throw new OperatingError(
      'usage-invalid',
      `${JSON.stringify(shown)} is not of the form s3://BUCKET[/PREFIX]`,
      {
        subject: shown,
        hint: 'Example: --source s3://stemedb-backups-prod --endpoint http://127.0.0.1:9000',
      },
    )
  }
  const [, bucket = '', rest = ''] = match
  return {
    endpoint: options.endpoint === null ? null : checkedEndpoint(options.endpoint),
    region: options.region ?? 'us-east-1',
    bucket,
    prefix: rest === '' || rest.endsWith('/') ? rest : `${rest}/`,
    keys: null,
  }
}

function checkedEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null
  const plain =
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.pathname === '/'
  if (!plain) {
    // Not echoed: a URL with keys in it would put them on the screen.
    throw new OperatingError('usage-invalid', '--endpoint wants http://HOST[:PORT] or https://HOST[:PORT]', {
      hint: 'Keys never stand in a URL: give them by environment (AWS_ACCESS_KEY_ID, ...).',
    })
  }
  return url.origin
}

/** True when an endpoint can only be reached from this machine. */
export function isLoopback(endpoint: string): boolean {
  return isLoopbackHost(new URL(endpoint).hostname)
}

/** True for names and addresses of the loopback interface. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
}
