import { OperatingError } from '@dr-drill/runbook-core'

/** `NAME=VALUE` flags as an object. @throws usage-invalid for another form, or a name given twice */
export function pairs(flag: string, values: readonly string[] | undefined): Readonly<Record<string, string>> {
  const found = new Map<string, string>()
  for (const value of values ?? []) {
    const cut = value.indexOf('=')
    const name = value.slice(0, cut)
    if (cut <= 0) {
      throw new OperatingError('usage-invalid', `${flag} wants NAME=VALUE, not ${value}`, { subject: flag })
    }
    if (found.has(name)) {
      throw new OperatingError('usage-invalid', `${flag} names ${name} twice`, { subject: flag })
    }
    found.set(name, value.slice(cut + 1))
  }
  return Object.fromEntries(found)
}
