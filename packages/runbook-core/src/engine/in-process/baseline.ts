import type { DeclaredEffects } from '../../actions/index.ts'
import { attempt, type Task } from '../../effects/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import { Services } from '../../ports/index.ts'
import type { Json } from '../../text/json.ts'
import { covers } from './file-streams.ts'
import { takeInventory } from './inventory.ts'

const PATH = 'path:'
const SERVICE = 'service:'

/** Roots of paths and names of services that an action declares to change, without repeats. */
export function declaredSubjects(effects: DeclaredEffects): string[] {
  const resources = [...effects.writes, ...effects.destroys, ...effects.exposes]
  const wanted = resources.filter((name) => name.startsWith(PATH) || name.startsWith(SERVICE))
  return [...new Set(wanted)].map((name) => `baseline:${name}`)
}

/** True when a baseline that was taken already covers this one: the same, or of a root above it. */
export function isCovered(subject: string, taken: Iterable<string>): boolean {
  const path = pathOf(subject)
  for (const other of taken) {
    const root = pathOf(other)
    if (other === subject || (path !== null && root !== null && covers(root, path))) return true
  }
  return false
}

/** What is there before the run's first effect on a subject; null for one that this target cannot look at. */
export function* takeBaseline(
  subject: string,
  offers: (port: string) => boolean,
): Task<Extract<RunEvent, { type: 'evidence-collected' }> | null> {
  const root = pathOf(subject)
  if (root !== null) {
    if (!offers('FileSystem')) return null
    const { entries, problem } = yield* takeInventory(root)
    const evidence: Json = { entries: entries.map((entry) => [...entry]), problem }
    return { type: 'evidence-collected', subject, evidence }
  }
  if (!offers('Services')) return null
  const name = serviceOf(subject)
  // A unit that the host does not know yet runs no process.
  const status = yield* attempt(Services.status({ names: [name] }))
  const invocation = status.ok ? (status.value[0]?.invocation ?? null) : null
  return { type: 'evidence-collected', subject, evidence: { invocation } }
}

/** The root of a path's baseline; null for another subject. */
export function pathOf(subject: string): string | null {
  const prefix = `baseline:${PATH}`
  return subject.startsWith(prefix) ? subject.slice(prefix.length) : null
}

/** The service of a baseline. */
export function serviceOf(subject: string): string {
  return subject.slice(`baseline:${SERVICE}`.length)
}
