import { readFileSync } from 'node:fs'
import { OperatingError } from '@dr-drill/runbook-core'

/** The Ed25519 public key in a file of 64 hex digits, such as `trust.pub`. @throws input-unreadable, input-invalid */
export function readTrustKey(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? String(thrown)
    throw new OperatingError('input-unreadable', `cannot read the trust key ${file}: ${code}`, {
      subject: file,
    })
  }
  const key = text.trim().toLowerCase()
  if (/^[0-9a-f]{64}$/.test(key)) return key
  throw new OperatingError('input-invalid', `${file} does not hold a public key of 64 hex digits`, {
    subject: file,
    hint: 'Give the file `trust.pub` that belongs to the signer, kept outside the bucket.',
  })
}
