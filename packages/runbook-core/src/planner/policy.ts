import type { Resource } from '../actions/index.ts'
import { isWithin, splitResource } from '../runbook/resources.ts'
import type { StaticStep } from '../runbook/static-steps.ts'
import { compareUtf8 } from '../text/utf8.ts'

/** The verbs that S3's own policies use. */
export type StoreVerb = 's3:ListBucket' | 's3:GetObject' | 's3:PutObject' | 's3:DeleteObject'

/** Rights on one store, below one prefix (empty: the whole store's prefix). */
export interface StoreRight {
  readonly store: string
  readonly prefix: string
  readonly verbs: readonly StoreVerb[]
}

/** The least that the runbook's declared effects need: what to grant, and nothing beyond it. */
export interface Policy {
  readonly stores: readonly StoreRight[]
  readonly paths: { readonly read: readonly string[]; readonly write: readonly string[] }
  /** Every other thing touched, as `scheme:name`. */
  readonly reads: readonly string[]
  readonly changes: readonly string[]
  /** Steps whose effects are not declared: the policy cannot cover them. */
  readonly uncovered: readonly string[]
}

/** Derives the policy from the steps' effects. */
export function policyOf(steps: readonly StaticStep[]): Policy {
  const verbs = new Map<string, Set<StoreVerb>>()
  const sets = {
    readPaths: new Set<string>(),
    writePaths: new Set<string>(),
    reads: new Set<string>(),
    changes: new Set<string>(),
  }
  const uncovered: string[] = []
  for (const { step, effects, skipped } of steps) {
    if (skipped) continue
    if (effects === null || effects.writes.some((item) => item.startsWith('unknown:')))
      uncovered.push(step.id)
    const touch = (
      resources: readonly Resource[],
      storeVerbs: StoreVerb[],
      paths: Set<string>,
      others: Set<string>,
    ) => {
      for (const resource of resources) {
        const [scheme = '', name = ''] = splitResource(resource)
        if (scheme === 'store') for (const verb of storeVerbs) setAt(verbs, name).add(verb)
        else if (scheme === 'path') paths.add(name)
        else if (scheme !== 'unknown') others.add(resource)
      }
    }
    if (effects === null) continue
    touch(effects.reads, ['s3:ListBucket', 's3:GetObject'], sets.readPaths, sets.reads)
    touch(effects.writes, ['s3:PutObject'], sets.writePaths, sets.changes)
    touch(effects.destroys, ['s3:DeleteObject'], sets.writePaths, sets.changes)
    touch(effects.exposes, [], sets.writePaths, sets.changes)
  }
  return {
    stores: sorted(verbs.keys()).map((name) => storeRight(name, verbs.get(name) ?? new Set())),
    paths: { read: outermost(sets.readPaths), write: outermost(sets.writePaths) },
    reads: sorted(sets.reads),
    changes: sorted(sets.changes),
    uncovered,
  }
}

/** `store:archive/wal` is store `archive` below `wal`. */
function storeRight(name: string, verbs: ReadonlySet<StoreVerb>): StoreRight {
  const slash = name.indexOf('/')
  const order: readonly StoreVerb[] = ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject']
  return {
    store: slash < 0 ? name : name.slice(0, slash),
    prefix: slash < 0 ? '' : name.slice(slash + 1),
    verbs: order.filter((verb) => verbs.has(verb)),
  }
}

function setAt<A>(map: Map<string, Set<A>>, key: string): Set<A> {
  const known = map.get(key)
  if (known !== undefined) return known
  const fresh = new Set<A>()
  map.set(key, fresh)
  return fresh
}

const sorted = (names: Iterable<string>): string[] => [...names].sort(compareUtf8)

/** Without what lies below another of them: a right on a directory covers its contents. */
function outermost(paths: Iterable<string>): string[] {
  const all = sorted(paths)
  return all.filter((path) => !all.some((other) => other !== path && isWithin(path, other)))
}
