import { OperatingError } from '@dr-drill/runbook-core'
import { Option } from 'commander'

/**
 * A flag that can also be given as `DRILL_<FLAG>` in the environment; the command line wins. An on/off flag counts as not given
 * when its variable is empty, `0` or `false`.
 */
export function flag(flags: string, description: string): Option {
  const option = new Option(flags, description)
  const variable = `DRILL_${(option.long ?? '').slice(2).replaceAll('-', '_').toUpperCase()}`
  const value = process.env[variable]
  const takesValue = option.required || option.optional
  if (takesValue ? value === '' : value === '' || value === '0' || value === 'false')
    delete process.env[variable]
  return option.env(variable)
}

/** How results are shown. */
export type Format = 'pretty' | 'plain' | 'json'

/** `--format`. */
export const formatFlag = (): Option =>
  flag('--format <FORMAT>', 'pretty for people, plain without symbols and colour, json for programs')
    .choices(['pretty', 'plain', 'json'])
    .default('pretty')

/** A whole number from a flag. @throws usage-invalid */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new OperatingError(
    'usage-invalid',
    `${name} wants a whole number from ${min} to ${max}, not ${text}`,
    {
      subject: name,
    },
  )
}

/** Collects a repeatable flag. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
]
