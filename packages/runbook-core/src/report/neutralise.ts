const TEXT_LENGTH_MAX = 600

// Controls, separators that break lines, marks that reorder or hide text, halves of surrogate pairs.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu

/**
 * Text of unknown origin (keys, messages, names) as one visible line: what could move a cursor, break a line, reorder or hide text
 * is shown as its number (`\x1b`, `\u202e`); beyond 600 characters it is cut.
 */
export function plainText(text: string): string {
  const safe = text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
  return safe.length > TEXT_LENGTH_MAX
    ? `${[...safe.slice(0, TEXT_LENGTH_MAX)].slice(0, -1).join('')}\u2026`
    : safe
}

/** Text of unknown origin inside a Markdown line: nothing in it is markup, HTML, a link, a mention or a table cell's end. */
export function markdownText(text: string): string {
  return plainText(text)
    .replace(/[\\`*_[\]<>#|~&@!$]/g, '\\$&')
    .replace(/:\/\//g, ':\\/\\/')
    .replace(/\b(www)\./gi, '$1\\.')
    .replace(/^(\s*)([-+=]|\d+[.)])/, '$1\\$2')
}

/** Text of unknown origin in XML content or an attribute. */
export function xmlText(text: string): string {
  return plainText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
    .replace(/[\ufffe\uffff]/g, '\ufffd')
}
