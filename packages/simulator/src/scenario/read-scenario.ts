import { OperatingError } from '@dr-drill/runbook-core'
import { readFault } from '../faults/index.ts'
import { SCENARIO_SCHEMA_VERSION, type Scenario, scenarioSchema } from './schema.ts'

const FORM = 'Its form: ./drill schema scenario'

/**
 * Reads the text of a scenario file; parameters of faults are checked and their defaults filled.
 * @throws input-unreadable when it is no JSON, input-too-new, input-invalid, usage-invalid for a fault that nobody knows
 */
export function readScenario(text: string, file: string): Scenario {
  const value = parse(text, file)
  const { kind, schemaVersion } = (value ?? {}) as { kind?: unknown; schemaVersion?: unknown }
  if (kind === 'scenario' && typeof schemaVersion === 'number' && schemaVersion > SCENARIO_SCHEMA_VERSION) {
    throw new OperatingError('input-too-new', `${file} has schema version ${schemaVersion}`, {
      subject: file,
      hint: `This release reads scenarios up to version ${SCENARIO_SCHEMA_VERSION}.`,
    })
  }
  const parsed = scenarioSchema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue?.path.join('.') ?? ''
    throw new OperatingError(
      'input-invalid',
      `${file} is no scenario: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'malformed'}`,
      { subject: file, hint: FORM },
    )
  }
  return { ...parsed.data, faults: parsed.data.faults.map(readFault) }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new OperatingError('input-unreadable', `${file} is not JSON`, { subject: file, hint: FORM })
  }
}
