import type { FaultRecord } from '@dr-drill/runbook-core'
import type * as fc from 'fast-check'
import {
  type Bounds,
  type Domain,
  type DrawContext,
  type DrawnStep,
  faultKind,
  momentText,
  type ParameterValue,
  readFault,
  stepsAmong,
} from '../faults/index.ts'

/** The library as the caller has it: this package never loads it. */
export type FastCheck = Omit<typeof fc, 'default'>

/** Values of a domain, shrinking towards what is usual. */
export function arbitraryOf(
  library: FastCheck,
  domain: Domain,
  context: DrawContext,
): fc.Arbitrary<ParameterValue> {
  switch (domain.type) {
    case 'one-of':
      return library.constantFrom(...domain.values)
    case 'whole-number':
      return within(library, domain.drawn)
    case 'number-or-word':
      return library.oneof(within(library, domain.number.drawn), library.constant(domain.word))
    case 'truth':
      return library.boolean()
    case 'step':
      return library.constantFrom(domain.usual, ...stepsAmong(context, domain.among).map(({ id }) => id))
    case 'moment':
      return momentArbitrary(library, domain.usual, stepsAmong(context, domain.among))
  }
}

/** Records of one kind of fault, all parameters filled in; each shrinks towards its usual value. */
export function faultArbitrary(
  library: FastCheck,
  kind: string,
  context: DrawContext,
): fc.Arbitrary<FaultRecord> {
  const domains = Object.entries(faultKind(kind).domains as Readonly<Record<string, Domain>>)
  const parameters = Object.fromEntries(
    domains.map(([name, domain]) => [name, arbitraryOf(library, domain, context)] as const),
  )
  return library.record(parameters).map((given) => readFault({ kind, with: given }))
}

const within = (library: FastCheck, { min, max }: Bounds) => library.integer({ min, max })

/** Shrinks towards what is usual. */
function momentArbitrary(
  library: FastCheck,
  usual: string,
  steps: readonly DrawnStep[],
): fc.Arbitrary<string> {
  const first = library.constant(usual)
  if (steps.length === 0) return first
  const border = library
    .tuple(library.constantFrom(...steps), library.constantFrom('step-begins' as const, 'step-ends' as const))
    .map(([{ id }, at]) => momentText({ at, step: id }))
  const inside = library
    .tuple(
      library.constantFrom(...steps),
      library.constantFrom('effect' as const, 'call' as const),
      library.nat(),
      library.constantFrom('before' as const, 'after' as const),
    )
    .map(([step, at, nth, side]) => {
      const counted = at === 'effect' ? step.effects : step.calls
      if (counted === 0) return momentText({ at: 'step-begins', step: step.id })
      return momentText({ at, step: step.id, ordinal: 1 + (nth % counted), side })
    })
  return library.oneof(first, border, inside)
}
