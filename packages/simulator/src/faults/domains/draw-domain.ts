import type { Trait } from '@dr-drill/runbook-core'
import type { RandomStream } from '../../kernel/index.ts'
import { momentText } from '../moment-text.ts'
import type { Among, Bounds, Domain, Domains, ParametersOf, ParameterValue } from './domain.ts'

/** A step of the runbook as faults draw over it. */
export interface DrawnStep {
  readonly id: string
  /** How many writing effects a run without faults has in it. */
  readonly effects: number
  /** How many calls of ports a run without faults makes in it. */
  readonly calls: number
  /** What its action is for. */
  readonly traits: readonly Trait[]
}

/** What draws range over besides their own domain: the steps of the runbook, in order. */
export interface DrawContext {
  readonly steps: readonly DrawnStep[]
}

/** A value of the domain. Draws only from the stream given. */
export function drawFrom(domain: Domain, random: RandomStream, context: DrawContext): ParameterValue {
  switch (domain.type) {
    case 'one-of':
      return random.pick(domain.values)
    case 'whole-number':
      return drawNumber(domain.drawn, random)
    case 'number-or-word':
      return random.chance(1, 4) ? domain.word : drawNumber(domain.number.drawn, random)
    case 'truth':
      return random.chance(1, 2)
    case 'step':
      return drawStep(stepsAmong(context, domain.among), random)
    case 'moment':
      return drawMoment(domain.usual, stepsAmong(context, domain.among), random)
  }
}

/** A value for each domain, each from a stream of its own: a parameter that is added shifts no other. */
export function drawAll<D extends Domains>(
  domains: D,
  random: RandomStream,
  context: DrawContext,
): ParametersOf<D> {
  const drawn = Object.entries(domains).map(
    ([name, domain]) => [name, drawFrom(domain, random.split(name), context)] as const,
  )
  return Object.fromEntries(drawn) as ParametersOf<D>
}

/** Small numbers as often as large ones: first how many bits beyond the least, then which of those. */
function drawNumber({ min, max }: Bounds, random: RandomStream): number {
  const span = max - min
  let bits = 0
  while (2 ** bits <= span) bits += 1
  const chosen = random.integer(0, bits)
  if (chosen === 0) return min
  return min + random.integer(2 ** (chosen - 1), Math.min(span, 2 ** chosen - 1))
}

/** The steps that a domain lets a draw take. */
export function stepsAmong({ steps }: DrawContext, among: Among): readonly DrawnStep[] {
  return among === null ? steps : steps.filter(({ traits }) => traits.some((trait) => among.includes(trait)))
}

const drawStep = (steps: readonly DrawnStep[], random: RandomStream): string =>
  random.chance(1, 2) || steps.length === 0 ? '' : random.pick(steps).id

/** What is usual, or a moment of one of these steps: one of four, and three. */
function drawMoment(usual: string, steps: readonly DrawnStep[], random: RandomStream): string {
  const where = random.pick(['usual', 'border', 'effect', 'call'] as const)
  return where === 'usual' || steps.length === 0 ? usual : momentWhere(where, random.pick(steps), random)
}

/** A moment at a step's borders or inside it. */
export const drawMomentOf = (step: DrawnStep, random: RandomStream): string =>
  momentWhere(random.pick(['border', 'effect', 'call'] as const), step, random)

function momentWhere(where: 'border' | 'effect' | 'call', step: DrawnStep, random: RandomStream): string {
  const counted = where === 'effect' ? step.effects : where === 'call' ? step.calls : 0
  if (counted === 0)
    return momentText({ at: random.pick(['step-begins', 'step-ends'] as const), step: step.id })
  return momentText({
    at: where === 'effect' ? 'effect' : 'call',
    step: step.id,
    ordinal: random.integer(1, counted),
    side: random.pick(['before', 'after'] as const),
  })
}
