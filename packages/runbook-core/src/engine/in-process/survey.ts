import { type ActionRegistry, checkedOnce, type Trait } from '../../actions/index.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { Services } from '../../ports/index.ts'
import type { Json } from '../../text/json.ts'
import type { SurveyFindings, SurveyRequest } from '../executor.ts'
import { declaredSubjects, pathOf, serviceOf } from './baseline.ts'
import { covers } from './file-streams.ts'
import { joinPath, takeInventory } from './inventory.ts'

type Members = { readonly [name: string]: Json }

/**
 * Compares what lies on the target with its baselines and with what the journal's intents may have done since. It sees names, types
 * and sizes of files, and which services run; not changed bytes of equal size, and nothing outside the declared roots.
 */
export function* survey(
  request: SurveyRequest,
  registry: ActionRegistry,
  offers: (port: string) => boolean,
): Task<SurveyFindings> {
  const touched = new Set(request.touched)
  const open = [...request.writable, ...actingRoots(request, registry)]
  const explains = (path: string) => touched.has(path) || open.some((root) => covers(root, path))
  const unexplained: string[] = []
  const unchecked: string[] = []
  for (const { subject, evidence } of request.baselines) {
    const root = pathOf(subject)
    const before = evidence as Members
    if (root !== null && typeof before.problem === 'string') unchecked.push(`${root}: ${before.problem}`)
    else if (root !== null && offers('FileSystem')) {
      const { entries, problem } = yield* takeInventory(root)
      if (problem !== null) unchecked.push(`${root}: ${problem}`)
      else unexplained.push(...differences(root, before.entries ?? [], entries, explains))
    } else if (root === null && offers('Services')) {
      const found = yield* strangeService(serviceOf(subject), before.invocation ?? null, request.started)
      if (found !== null) unexplained.push(found)
    } else unchecked.push(`${subject}: this target cannot look at it`)
  }
  const kindsWith = (trait: Trait) =>
    registry.kinds.filter((kind) => registry.get(kind)?.traits.includes(trait))
  const volatileKinds = kindsWith('volatile')
  return { unexplained, unchecked, volatileKinds, fetchingKinds: kindsWith('fetches') }
}

/** Whatever steps declare to write that acted through services, commands or requests. */
function actingRoots(request: SurveyRequest, registry: ActionRegistry): string[] {
  return request.acting.flatMap(({ kind, input }) => {
    const action = registry.get(kind)
    const parsed = action === null ? undefined : checkedOnce(action.input, input)
    if (action === null || parsed?.success !== true) return []
    return declaredSubjects(action.effects(parsed.data)).flatMap((subject) => pathOf(subject) ?? [])
  })
}

function differences(
  root: string,
  before: Json,
  now: readonly (readonly [string, string, number])[],
  explains: (path: string) => boolean,
): string[] {
  const earlier = new Map<string, string>()
  for (const entry of Array.isArray(before) ? (before as readonly Json[]) : []) {
    const [below, type, size] = Array.isArray(entry) ? (entry as readonly Json[]) : []
    earlier.set(String(below), `${type} of ${size} bytes`)
  }
  const found: string[] = []
  for (const [below, type, size] of now) {
    const was = earlier.get(below)
    earlier.delete(below)
    const path = joinPath(root, below)
    if (was === `${type} of ${size} bytes` || explains(path)) continue
    found.push(
      was === undefined ? `${path} lies there unexplained` : `${path} was a ${was} and is another now`,
    )
  }
  for (const below of earlier.keys()) {
    const path = joinPath(root, below)
    if (!explains(path)) found.push(`${path} is gone unexplained`)
  }
  return found
}

function* strangeService(name: string, before: Json, started: readonly string[]): Task<string | null> {
  const status = yield* attempt(Services.status({ names: [name] }))
  const invocation = status.ok ? (status.value[0]?.invocation ?? null) : null
  if (invocation === null || invocation === before || started.includes(name)) return null
  return `${name} runs and nothing of this run started it`
}
