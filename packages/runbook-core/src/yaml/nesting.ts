/**
 * An upper bound of how deep a text nests, without parsing it: brackets in a row, and columns of block indicators. The parser
 * recurses per level, so a hostile text must be measured before it sees it. Brackets inside quoted text count too: 64 unclosed ones
 * are in no honest document.
 */
export function nestingOf(text: string): number {
  let brackets = 0
  let deepest = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '[' || character === '{') {
      brackets += 1
      if (brackets > deepest) deepest = brackets
    } else if ((character === ']' || character === '}') && brackets > 0) brackets -= 1
  }
  return Math.max(deepest, blockNesting(text))
}

/** Levels that indentation and `- - -` open at most: distinct columns still open. */
function blockNesting(text: string): number {
  let deepest = 0
  let open: number[] = []
  for (const line of text.split('\n')) {
    const starts = columnsOf(line)
    const first = starts[0]
    if (first === undefined) continue
    open = open.filter((column) => column < first)
    open.push(...starts)
    if (open.length > deepest) deepest = open.length
  }
  return deepest
}

/** Columns where content or a further `- `, `? ` or `: ` indicator begins. */
function columnsOf(line: string): number[] {
  const columns: number[] = []
  let at = 0
  while (at < line.length) {
    while (line[at] === ' ' || line[at] === '\t') at += 1
    if (at >= line.length || line[at] === '#') break
    columns.push(at)
    const indicator = line[at] === '-' || line[at] === '?' || line[at] === ':'
    if (!indicator || (line[at + 1] !== ' ' && line[at + 1] !== '\t')) break
    at += 1
  }
  return columns
}
