import { OperatingError } from '@dr-drill/runbook-core'
import { S3RuleSet } from '../s3/index.ts'
import type { StoreControl } from '../store/index.ts'
import type { FaultSite } from './fault-site.ts'
import type { Alteration, PlanSource, SourcePlan } from './source-plan.ts'

/**
 * Lets a fault of the source that was decided beforehand happen in a simulated drill: objects are altered, rules put in front of the
 * store. It has struck when a rule met a request. Where the source has nothing that it could strike it never does.
 */
export function strikePlan<P>(plan: PlanSource<P>): (site: FaultSite, parameters: P) => void {
  return (site, parameters) => {
    const planned = decidedOrNull(() => plan(parameters, site.contents, site.random))
    if (planned === null) return
    for (const alteration of planned.alterations) alter(site.source, alteration)
    watchRules(site, planned)
  }
}

/** What was decided for a source; null where it has nothing that could be struck. */
export function decidedOrNull<A>(decide: () => A): A | null {
  try {
    return decide()
  } catch (thrown) {
    if (thrown instanceof OperatingError && thrown.code === 'usage-invalid') return null
    throw thrown
  }
}

/** Changes an object as damage would; one that another fault has taken away stays away. */
function alter(store: StoreControl, alteration: Alteration): void {
  const { key, kind } = alteration
  const bytes = bytesOf(store, key)
  if (bytes === null) return
  if (kind === 'remove') store.lose(key)
  else if (kind === 'flip') store.rot(key, flipped(bytes, alteration.offset, alteration.mask))
  else {
    const other = bytesOf(store, alteration.with)
    if (other === null) return
    store.rot(key, other)
    store.rot(alteration.with, bytes)
  }
}

function bytesOf(store: StoreControl, key: string): Uint8Array | null {
  const [current] = store.versions(key)
  return current === undefined || current.isDeleteMarker ? null : current.bytes
}

function flipped(bytes: Uint8Array, offset: number, mask: number): Uint8Array {
  const damaged = bytes.slice()
  damaged[offset] = (damaged[offset] ?? 0) ^ mask
  return damaged
}

function watchRules(site: FaultSite, { alterations, rules, detail }: SourcePlan): void {
  const set = new S3RuleSet(rules.map((rule, index) => ({ ...rule, id: `${index}` })))
  let hasStruck = false
  const end = site.source.addRule((request) => {
    const action = set.rule(request)
    if (!hasStruck && Object.values(set.hits).some((count) => count > 0)) {
      hasStruck = true
      site.fired(detail)
    }
    return action
  })
  // Damage at rest does not heal: whoever resumes meets it, too.
  if (alterations.length === 0) site.onHeal(end)
}
