import type { Judgement } from '../oracle/judge-files.ts'
import { plainText } from './neutralise.ts'
import { wrap } from './terminal-verdict.ts'
import { grouped, humanDuration } from './wording.ts'

const SYMBOLS: Readonly<Record<Judgement['verdict']['kind'], string>> = {
  restored: '✅',
  'restored-with-loss': '⚠️',
  failed: '❌',
  inconclusive: '❌',
}

/** A judgement for a person at a terminal. */
export function prettyJudgement(
  judgement: Judgement,
  options: { readonly width: number; readonly colour: boolean },
): string {
  const { verdict, passed } = judgement
  const symbol = passed ? SYMBOLS[verdict.kind] : '❌'
  const colour = passed ? (verdict.kind === 'restored' ? '32' : '33') : '31'
  const title = options.colour ? `\u001b[1;${colour}m${titleOf(judgement)}\u001b[0m` : titleOf(judgement)
  return text(`${symbol}  ${title}`, judgement, options.width)
}

/** The same without symbols and colour. */
export const plainJudgement = (judgement: Judgement, width: number): string =>
  text(titleOf(judgement), judgement, width)

const titleOf = ({ verdict, passed }: Judgement): string =>
  `${verdict.kind.toUpperCase().replaceAll('-', ' ')} (${passed ? 'passed' : 'not passed'})`

function text(title: string, judgement: Judgement, width: number): string {
  const { loss, rpo, oracle, verdict } = judgement
  const unexpected =
    loss.unexpected === null ? 'unexpected unknown' : `${grouped(loss.unexpected)} unexpected`
  const window = rpo.lossWindowMs === null ? 'unknown: no time of failure' : humanDuration(rpo.lossWindowMs)
  const examples = Object.entries(oracle.examples)
    .filter(([, keys]) => keys.length > 0)
    .map(([kind, keys]) => [`${kind}, e.g.`, keys.join(' ')] as const)
  const lines: readonly (readonly [string, string])[] = [
    ['Recovered', `${grouped(loss.recovered)} of ${grouped(loss.acknowledged)} acknowledged ${loss.unit}s`],
    [
      'Lost',
      `${grouped(loss.lost)}${loss.lost === 0 ? '' : oracle.lostIsTail ? ', all of them the newest' : ', not only the newest'}`,
    ],
    ['Wrong', `${grouped(loss.altered)} altered, ${grouped(loss.duplicated)} duplicated, ${unexpected}`],
    ['Recovery point', rpo.recoveryPointAt ?? 'none: nothing acknowledged came back before the first loss'],
    ['Loss window', window],
    ...examples,
    ['Next', verdict.next],
  ]
  const columns = Math.min(100, Math.max(80, width))
  const label = Math.max(...lines.map(([name]) => name.length)) + 2
  const body = lines.flatMap(([name, value]) =>
    wrap(plainText(value), columns - label - 2).map(
      (part, index) => `  ${(index === 0 ? name : '').padEnd(label)}${part}`,
    ),
  )
  return `${[title, ...wrap(plainText(verdict.reason), columns - 2).map((part) => `  ${part}`), '', ...body].join('\n')}\n`
}
