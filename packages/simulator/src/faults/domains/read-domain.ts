import { z } from 'zod'
import { parseMoment } from '../moment-text.ts'
import type { Bounds, Domain, Domains, ParametersOf, ParameterValue } from './domain.ts'

/** A reader of one parameter as a command line (texts) or a scenario (values) gives it; fills the usual value. */
export function readerOf(domain: Domain): z.ZodType<ParameterValue> {
  switch (domain.type) {
    case 'one-of':
      return z.enum(domain.values).default(domain.usual)
    case 'whole-number':
      return digits(domain).default(domain.usual)
    case 'number-or-word':
      return z.union([z.literal(domain.word), digits(domain.number)]).default(domain.usual)
    case 'truth':
      return z
        .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
        .default(domain.usual)
    case 'step':
      return z
        .string()
        .regex(/^([a-z][a-z0-9-]*)?$/, 'the id of a step')
        .default(domain.usual)
    case 'moment':
      return z
        .string()
        .refine(
          (text) => text === domain.usual || parseMoment(text) !== null,
          'a moment such as start, STEP/begins or STEP/call/3/before',
        )
        .default(domain.usual)
  }
}

/** A reader of all parameters of a fault. Unknown ones are refused. */
export function readerOfAll<D extends Domains>(domains: D): z.ZodType<ParametersOf<D>> {
  const shape = Object.fromEntries(
    Object.entries(domains).map(([name, domain]) => [name, readerOf(domain)] as const),
  )
  return z.strictObject(shape) as unknown as z.ZodType<ParametersOf<D>>
}

/** A whole number, given as one or as its digits. */
const digits = ({ min, max }: Bounds) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,16}$/, 'a whole number')
        .transform(Number),
    ])
    .pipe(z.number().int().min(min).max(max))
