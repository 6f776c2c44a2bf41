import { OperatingError } from '@dr-drill/runbook-core'

/**
 * Variables of an environment file as systemd reads it, as far as the drill writes it: `NAME=value` lines, comments with `#` or
 * `;`, one pair of quotes around a value. @throws input-invalid for any other line
 */
export function parseEnvironmentFile(text: string, subject: string): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line)
    if (match === null || line.includes('\0')) {
      throw new OperatingError('input-invalid', `${subject} line ${index + 1} is not NAME=value`, { subject })
    }
    const [, name = '', value = ''] = match
    variables[name] = unquoted(value)
  }
  return variables
}

function unquoted(value: string): string {
  const quote = value[0]
  const isQuoted = value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote)
  return isQuoted ? value.slice(1, -1) : value
}
