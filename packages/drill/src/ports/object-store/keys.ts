import { OperatingError } from '@dr-drill/runbook-core'

/** A key as it came in a listing that was asked to be URL-encoded. @throws response-invalid */
export function decodedKey(key: string, encoding: string | undefined): string {
  if (encoding !== 'url') return key
  try {
    return decodeURIComponent(key.replaceAll('+', '%20'))
  } catch {
    throw new OperatingError('response-invalid', `the listing holds a key that cannot be decoded`, {
      subject: key.slice(0, 100),
    })
  }
}

/** The key without its store's prefix. @throws response-invalid when the listing went outside it */
export function relativeKey(key: string, prefix: string): string {
  if (key.startsWith(prefix)) return key.slice(prefix.length)
  throw new OperatingError(
    'response-invalid',
    'the listing holds a key outside the prefix that was asked for',
    {
      subject: key.slice(0, 100),
    },
  )
}
