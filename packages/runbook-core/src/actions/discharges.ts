import { Log, Services } from '../ports/index.ts'
import type { Discharge } from './obligations.ts'

/** How a run gives back what its actions took, by kind of obligation. */
export const STANDARD_DISCHARGES: Readonly<Record<string, Discharge>> = {
  *'service-stop'({ name }) {
    yield* Services.stop({ name: String(name) })
  },
  // Lifting a fence is never right for a machine: whether the old primary may write again is for people to say.
  *'fence-kept'({ host }) {
    yield* Log.write({ level: 'info', message: `the fence of ${String(host)} stays; only people lift it` })
  },
}
