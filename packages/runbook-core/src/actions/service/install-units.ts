import { z } from 'zod'
import { OperatingError } from '../../errors/index.ts'
import { Services } from '../../ports/index.ts'
import type { DatabasePack } from '../database-pack.ts'
import { type ActionDefinition, defineAction } from '../define-action.ts'
import { name } from '../support/schemas.ts'

const input = z.strictObject({
  /** Name of a unit set of the database's pack. */
  set: name,
})
type Input = z.infer<typeof input>
const output = z.object({ installed: z.array(z.string()) })
type Output = z.infer<typeof output>

/** Installs the whole unit set, the timers' services included, from typed records (D46). Nothing is started or enabled here. */
export function installUnits(pack: DatabasePack): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'install-units',
    summary: 'Installs the service, the timers and what the timers run.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ set }) => ({
      reads: [],
      writes: (pack.units(set) ?? []).map((unit) => `service:${unit.name}` as const),
      destroys: [],
      exposes: [],
    }),
    capabilities: { required: ['service-manager'], optional: [] },
    ports: [Services.$id],
    traits: ['installs'],
    estimate: () => ({ bestMs: 200, likelyMs: 2_000, worstMs: 20_000 }),
    *run({ set }) {
      const units = pack.units(set)
      if (units === null) {
        throw new OperatingError('input-invalid', `${pack.name} has no unit set "${set}"`, { subject: set })
      }
      yield* Services.install({ units })
      return { installed: units.map((unit) => unit.name) }
    },
  })
}
