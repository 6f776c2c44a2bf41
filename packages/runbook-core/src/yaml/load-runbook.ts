import type { QualifiedRunbook } from '../runbook/index.ts'
import { type QualifyOptions, qualify } from '../runbook/index.ts'
import { parseDocument } from './parse.ts'

/**
 * A runbook from the text of its file: parsed, checked, resolved. Errors carry file and line.
 * @throws OperatingError as `parseDocument` and `qualify`
 */
export function loadRunbook(text: string, options: Omit<QualifyOptions, 'lineOf'>): QualifiedRunbook {
  const document = parseDocument(text, options.file ?? null)
  return qualify(document.value, { ...options, lineOf: document.lineOf })
}
