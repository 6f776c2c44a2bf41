import {
  formatDuration,
  formatSize,
  type QualifiedParameter,
  type QualifiedRunbook,
} from '@dr-drill/runbook-core'

/** Every parameter of a runbook as `--param` takes it: what was given, and what was not. */
export function parameterTexts(runbook: QualifiedRunbook): Readonly<Record<string, string>> {
  return Object.fromEntries(runbook.parameters.map((parameter) => [parameter.name, textOf(parameter)]))
}

function textOf({ type, value }: QualifiedParameter): string {
  if (typeof value !== 'number') return String(value)
  if (type === 'duration') return formatDuration(value)
  return type === 'size' ? formatSize(value) : String(value)
}
