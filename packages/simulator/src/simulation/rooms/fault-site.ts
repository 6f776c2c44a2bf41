import { type ActionRegistry, type FaultRecord, invariant, OperatingError } from '@dr-drill/runbook-core'
import { type FaultSite, type SourceContents, surveySource } from '../../faults/index.ts'
import type { Production } from '../../production/index.ts'
import type { SimulatedWorld } from '../simulated-world.ts'

/** What a fault of a drill may get its hands on. `contents` tells what lay in the source before anything was damaged. */
export function faultSite(
  world: SimulatedWorld,
  index: number,
  fault: FaultRecord,
  contents: () => SourceContents,
): FaultSite {
  const { options, stores, host, oldPrimary, run, kernel, moments, tape, mends } = world
  let hasFired = false
  return {
    random: world.random(`fault/${index}/${fault.kind}`),
    failureAt: options.failureAt,
    get contents() {
      return contents()
    },
    source: stores.source,
    archive: stores.archive,
    host: host.machine.control,
    oldPrimary,
    get network() {
      invariant(host.network, 'the world has a network')
      return host.network
    },
    get surroundings() {
      invariant(host.surroundings, 'the world has surroundings')
      return host.surroundings
    },
    runner: run,
    forgery: { checksums: options.checksums, signingKey: options.production.signingKey },
    stepThat: (trait) => firstStep(world, ({ traits }) => traits.includes(trait)),
    stepUsing: (port) => firstStep(world, ({ ports }) => ports.includes(port)),
    at: (moment, happens) => moments.add(moment, happens),
    after: (delayMs, happens) => void kernel.after(delayMs, happens),
    onHeal: (end) => void mends.push({ end, hasFired: () => hasFired }),
    fired: (detail) => {
      if (hasFired) return
      hasFired = true
      tape.note({ type: 'fault-fired', fault, detail })
    },
  }
}

type Such = NonNullable<ReturnType<ActionRegistry['get']>>

/** The first step whose action is such a one. */
function firstStep({ options }: SimulatedWorld, isSuch: (action: Such) => boolean): string | null {
  const { runbook, actions } = options.prepared
  const step = runbook.steps.find(({ action }) => {
    const definition = actions.get(action.kind)
    return definition != null && isSuch(definition)
  })
  return step?.id ?? null
}

const surveyed = new WeakMap<Production, Map<number, SourceContents>>()

/**
 * What lies in the source, asked before anything is damaged; like sources of one production are looked through once.
 * @throws usage-invalid when it holds nothing that could be damaged
 */
export function sourceContents(world: SimulatedWorld): SourceContents {
  const { production, prepared } = world.options
  const known = surveyed.get(production) ?? new Map<number, SourceContents>()
  surveyed.set(production, known)
  const { writes } = world.aftermath.source
  const found = known.get(writes)
  if (found !== undefined) return found
  const { backup, log } = prepared.pack
  try {
    const contents = world.drive(
      surveySource('source', { backup, log, manifestKey: (name) => `${name}/manifest.jsonl` }),
    )
    known.set(writes, contents)
    return contents
  } catch (thrown) {
    if (!(thrown instanceof OperatingError)) throw thrown
    throw new OperatingError('usage-invalid', thrown.message)
  }
}
