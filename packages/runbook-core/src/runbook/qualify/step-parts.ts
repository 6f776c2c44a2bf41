import type { RetryPolicy } from '../../effects/index.ts'
import { ERRORS, type ErrorCode } from '../../errors/index.ts'
import { didYouMean } from '../../text/did-you-mean.ts'
import type { AuthoredEstimate, AuthoredRetry } from '../authored.ts'
import { type CompiledExpression, compileExpression, expressionSource } from '../expressions/index.ts'
import type { DocumentPath, Problems } from '../problems.ts'
import type { StepEstimate } from '../qualified.ts'
import type { ScalarReader } from './scalars.ts'

const RETRY_DELAY_MS = 1_000
const RETRY_DELAY_MS_MAX = 30_000

/** Reads an expression field, where `${ }` may be left out. Null after a problem was added. */
export function readExpression(
  text: string,
  path: DocumentPath,
  problems: Problems,
): CompiledExpression | null {
  return problems.try(path, () => compileExpression(expressionSource(text) ?? text))
}

/** Reads a retry policy; nothing written means one attempt. */
export function readRetry(
  authored: AuthoredRetry | undefined,
  path: DocumentPath,
  scalars: ScalarReader,
  problems: Problems,
): RetryPolicy {
  if (authored === undefined)
    return { attemptsMax: 1, delayMs: RETRY_DELAY_MS, delayMsMax: RETRY_DELAY_MS_MAX, codes: null }
  const delayMs =
    authored.delay === undefined ? RETRY_DELAY_MS : scalars.duration(authored.delay, [...path, 'delay'])
  const delayMsMax =
    authored.delayMax === undefined
      ? Math.max(delayMs, RETRY_DELAY_MS_MAX)
      : scalars.duration(authored.delayMax, [...path, 'delayMax'])
  if (delayMsMax < delayMs)
    problems.add([...path, 'delayMax'], 'is shorter than delay', 'Raise delayMax or lower delay.')
  return {
    attemptsMax: scalars.count(authored.attempts, [...path, 'attempts']),
    delayMs,
    delayMsMax,
    codes: authored.codes === undefined ? null : readCodes(authored.codes, [...path, 'codes'], problems),
  }
}

function readCodes(written: readonly string[], path: DocumentPath, problems: Problems): ErrorCode[] {
  const codes: ErrorCode[] = []
  for (const [index, code] of written.entries()) {
    if (Object.hasOwn(ERRORS, code)) codes.push(code as ErrorCode)
    else
      problems.add([...path, index], `there is no error code "${code}"`, () =>
        didYouMean(code, Object.keys(ERRORS)),
      )
  }
  return codes
}

/** An estimate and, for a rate, the expression of its size. */
export interface ReadEstimate {
  readonly estimate: StepEstimate
  readonly size: CompiledExpression | null
}

/** Reads an estimate; nothing written leaves it to the action. */
export function readEstimate(
  authored: AuthoredEstimate | undefined,
  path: DocumentPath,
  scalars: ScalarReader,
  problems: Problems,
): ReadEstimate {
  if (authored === undefined) return { estimate: { kind: 'action' }, size: null }
  if (typeof authored === 'string') {
    const ms = scalars.duration(authored, path)
    return { estimate: { kind: 'fixed', estimate: { bestMs: ms, likelyMs: ms, worstMs: ms } }, size: null }
  }
  if ('best' in authored) {
    const bestMs = scalars.duration(authored.best, [...path, 'best'])
    const likelyMs = scalars.duration(authored.likely, [...path, 'likely'])
    const worstMs = scalars.duration(authored.worst, [...path, 'worst'])
    if (bestMs > likelyMs || likelyMs > worstMs) {
      problems.add(path, 'the three points are out of order', 'best <= likely <= worst.')
    }
    return { estimate: { kind: 'fixed', estimate: { bestMs, likelyMs, worstMs } }, size: null }
  }
  return readRate(authored, path, scalars, problems)
}

function readRate(
  authored: Extract<AuthoredEstimate, { perSecond: unknown }>,
  path: DocumentPath,
  scalars: ScalarReader,
  problems: Problems,
): ReadEstimate {
  const size = readExpression(authored.size, [...path, 'size'], problems)
  const rate = (point: 'best' | 'likely' | 'worst') =>
    scalars.rate(authored.perSecond[point], [...path, 'perSecond', point])
  const perSecond = { best: rate('best'), likely: rate('likely'), worst: rate('worst') }
  if (perSecond.best < perSecond.likely || perSecond.likely < perSecond.worst) {
    problems.add(
      [...path, 'perSecond'],
      'the three rates are out of order',
      'The best is the fastest: best >= likely >= worst.',
    )
  }
  if (size === null) return { estimate: { kind: 'action' }, size: null }
  return { estimate: { kind: 'rate', size, perSecond }, size }
}
