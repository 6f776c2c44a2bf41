import { modeSentence } from './mode-sentence.ts'
import { plainText } from './neutralise.ts'
import type { Report } from './schema.ts'
import { type VerdictLine, verdictLines } from './verdict-lines.ts'

/** How a verdict is shown. */
export interface TerminalOptions {
  /** Where journal and reports lie, as the reader would type it. */
  readonly evidencePath: string
  /** Columns of the terminal; the text uses 80 to 100 of them. */
  readonly width: number
  readonly colour: boolean
}

const TITLES: Readonly<Record<Report['verdict']['kind'], string>> = {
  restored: 'RESTORED',
  'restored-with-loss': 'RESTORED WITH LOSS',
  refused: 'REFUSED: no client was moved, no good copy was touched',
  failed: 'FAILED',
  inconclusive: 'INCONCLUSIVE: something could not be checked',
  interrupted: 'INTERRUPTED: it can be resumed',
}

const LABEL_WIDTH = 12
const COLOURS: Readonly<Record<VerdictLine['tone'], string>> = {
  good: '32',
  bad: '31',
  warn: '33',
  plain: '0',
}

/** The verdict for a person at a terminal: symbol, colour if wanted, one labelled paragraph per question. */
export function prettyVerdict(report: Report, options: TerminalOptions): string {
  const paint = (text: string, code: string) =>
    options.colour && code !== '0' ? `\u001b[${code}m${text}\u001b[0m` : text
  const tone = report.passed === false ? '31' : report.symbol === '✅' ? '32' : '33'
  const head = [
    plainText(modeSentence(report.mode, report.target)),
    '',
    `${report.symbol}  ${paint(`${titleOf(report)}`, `1;${tone}`)}  (${outcome(report)})`,
    '',
  ]
  return render(report, options, head, paint)
}

/** The same without symbols and colour: for logs and pipes. */
export function plainVerdict(report: Report, options: Omit<TerminalOptions, 'colour'>): string {
  const head = [
    plainText(modeSentence(report.mode, report.target)),
    `${titleOf(report)} (${outcome(report)})`,
  ]
  return render(report, options, head, (text) => text)
}

function render(
  report: Report,
  options: Omit<TerminalOptions, 'colour'>,
  head: readonly string[],
  paint: (text: string, code: string) => string,
): string {
  const width = Math.min(100, Math.max(80, options.width))
  const reason = wrap(plainText(report.verdict.reason), width - 2).map((text) => `  ${text}`)
  const lines = verdictLines(report, options.evidencePath)
  let previous = ''
  const body = lines.flatMap(({ label, text, tone }) => {
    const shown = label === previous ? '' : label
    previous = label
    return wrap(text, width - LABEL_WIDTH - 2).map((part, index) => {
      const left = (index === 0 ? shown : '').padEnd(LABEL_WIDTH)
      return `  ${left}${paint(part, COLOURS[tone])}`
    })
  })
  return `${[...head, ...reason, '', ...body].join('\n')}\n`
}

function titleOf(report: Report): string {
  return report.passed === null ? 'DRY RUN: nothing was done' : TITLES[report.verdict.kind]
}

function outcome({ passed, exitCode, expected }: Report): string {
  const word = passed === null ? 'not judged' : passed ? 'passed' : 'not passed'
  return `${word}${expected === null ? '' : `, ${expected} was expected`}, exit ${exitCode}`
}

/** Words in lines of at most `width`; a longer word is cut, for keys may be long. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(' ').flatMap((one) => pieces(one, width))) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current)
      current = word
    } else current = current === '' ? word : `${current} ${word}`
  }
  return [...lines, current]
}

function pieces(word: string, width: number): readonly string[] {
  if (word.length <= width) return [word]
  const parts: string[] = []
  let part = ''
  // By code point: half of a pair must not be parted from the other.
  for (const character of word) {
    if (part.length + character.length > width) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  return [...parts, part]
}
