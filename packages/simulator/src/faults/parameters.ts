import { z } from 'zod'

/** A whole number, given as one or as its digits. */
export const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,16}$/, 'a whole number')
        .transform(Number),
    ])
    .pipe(z.number().int().min(min).max(max))

/** `true` or `false`, given as one or as its name. */
export const truth = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

/** Id of a step; empty: the fault chooses. */
export const stepId = z.string().regex(/^([a-z][a-z0-9-]*)?$/, 'the id of a step')
