import type { z } from 'zod'
import { onceFor } from '../checksums/index.ts'

type Checked<T> = z.ZodSafeParseResult<T>

const bySchema = onceFor((schema: z.ZodType) => onceFor((value: object) => schema.safeParse(value)))

/**
 * What a schema makes of a value. Inputs and outputs of steps are never changed, and several ask: who performs the step, who judges the
 * run, who surveys the target. Each object is checked once.
 */
export function checkedOnce<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
  if (typeof value !== 'object' || value === null) return schema.safeParse(value)
  return bySchema(schema)(value) as Checked<T>
}
