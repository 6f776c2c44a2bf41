import { didYouMean } from '../../text/did-you-mean.ts'
import { parseDuration } from '../../text/duration.ts'
import { parseSize } from '../../text/size.ts'
import type { AuthoredParameter, AuthoredRunbook } from '../authored.ts'
import type { DocumentPath, Problems } from '../problems.ts'
import type { QualifiedParameter } from '../qualified.ts'

type Scalar = boolean | number | string

/** An integer in text or as a number; null otherwise. */
function readInteger(written: Scalar): number | null {
  const number = typeof written === 'string' && /^-?\d{1,16}$/.test(written) ? Number(written) : written
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null
}

function readBoolean(written: Scalar): boolean | null {
  if (typeof written === 'boolean') return written
  return written === 'true' ? true : written === 'false' ? false : null
}

const EXAMPLES: Readonly<Record<AuthoredParameter['type'], string>> = {
  duration: '15m30s',
  size: '64MiB',
  integer: '3',
  boolean: 'true',
  string: 'text',
}

/** Reads a value in the human form of its type: durations to ms, sizes to bytes. Null after a problem was added. */
function readValue(
  type: AuthoredParameter['type'],
  written: Scalar,
  path: DocumentPath,
  problems: Problems,
): Scalar | null {
  if (type === 'duration' && typeof written === 'string')
    return problems.try(path, () => parseDuration(written))
  if (type === 'size' && typeof written === 'string') return problems.try(path, () => parseSize(written))
  const value =
    type === 'integer'
      ? readInteger(written)
      : type === 'boolean'
        ? readBoolean(written)
        : type === 'string' && typeof written === 'string'
          ? written
          : null
  if (value !== null) return value
  problems.add(
    path,
    `${JSON.stringify(written).slice(0, 40)} is not a ${type}`,
    `Write for example ${EXAMPLES[type]}.`,
  )
  return null
}

/**
 * Resolves every parameter: an explicit value, else the target's profile, else the default. All forms are checked, also those that
 * another one overrides.
 */
export function qualifyParameters(
  authored: AuthoredRunbook,
  explicit: Readonly<Record<string, string>>,
  profile: string,
  problems: Problems,
): QualifiedParameter[] {
  const declared = authored.parameters ?? {}
  for (const name of Object.keys(explicit)) {
    if (Object.hasOwn(declared, name)) continue
    problems.addOutside(`there is no parameter "${name}"`, () => didYouMean(name, Object.keys(declared)))
  }
  const resolved: QualifiedParameter[] = []
  for (const [name, parameter] of Object.entries(declared)) {
    const path = ['parameters', name]
    const { type, description } = parameter
    let value = readValue(type, parameter.default, [...path, 'default'], problems)
    let source: QualifiedParameter['source'] = 'default'
    for (const [target, written] of Object.entries(parameter.profiles ?? {})) {
      const own = readValue(type, written, [...path, 'profiles', target], problems)
      if (target === profile) [value, source] = [own, 'profile']
    }
    const given = Object.hasOwn(explicit, name) ? explicit[name] : undefined
    if (given !== undefined) [value, source] = [readValue(type, given, path, problems), 'explicit']
    if (value !== null) resolved.push({ name, type, description, value, source })
  }
  return resolved
}
