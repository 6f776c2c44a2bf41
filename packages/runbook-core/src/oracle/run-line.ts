/** What a tab-separated line cannot hold as it stands. Halves of surrogate pairs would be lost in UTF-8, so all pairs go the safe way. */
const NEEDS_JSON = /[\t\n\ud800-\udfff]/
const BRACKET = 0x5b

/**
 * Fields of one entry as a line of a run: tab-separated where that is safe, which is much cheaper than JSON; else JSON, which begins
 * with a bracket.
 */
export function encodeFields(fields: readonly string[]): string {
  const line = fields.join('\t')
  const plain = line.charCodeAt(0) !== BRACKET && !fields.some((field) => NEEDS_JSON.test(field))
  return plain ? line : JSON.stringify(fields)
}

/** Reads a line that `encodeFields` wrote; runs are this process's own files. */
export function decodeFields(line: string): readonly string[] {
  return line.charCodeAt(0) === BRACKET ? (JSON.parse(line) as string[]) : line.split('\t')
}
