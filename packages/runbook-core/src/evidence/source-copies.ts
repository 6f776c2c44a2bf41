import type { Task } from '../effects/index.ts'
import { ObjectStore } from '../ports/index.ts'
import type { Evidence } from '../verdict/index.ts'

/** What lies in a store: a mark of each object's content by key. Grows with the number of objects, not with their bytes. */
export type Copies = ReadonlyMap<string, string>

/** Most names that the evidence carries. */
const NAMES_MAX = 100

type Page = ReturnType<typeof ObjectStore.list> extends Task<infer P> ? P : never

const marked = new WeakMap<Page, Copies>()

/** What a page lists. A page that is the same object as an earlier one, as in simulated stores, is marked once. */
function copiesOf(page: Page): Copies {
  const known = marked.get(page)
  if (known !== undefined) return known
  const copies = new Map(page.objects.map(({ key, sizeBytes, etag }) => [key, `${sizeBytes} ${etag}`]))
  marked.set(page, copies)
  return copies
}

/** Lists a whole store. */
export function* listCopies(store: string): Task<Copies> {
  let found: Copies = new Map()
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = yield* ObjectStore.list({ store, prefix: '', ...(cursor === '' ? {} : { cursor }) })
    found = found.size === 0 ? copiesOf(page) : new Map([...found, ...copiesOf(page)])
    cursor = page.cursor
  }
  return found
}

/** Compares what lay in the source before a run with what lies there after it. */
export function compareCopies(before: Copies, after: Copies): Evidence<'last-good-copy'> {
  if (before === after) return { before: before.size, after: before.size, missing: [], changed: [] }
  const missing: string[] = []
  const changed: string[] = []
  let unchanged = 0
  for (const [key, mark] of before) {
    const now = after.get(key)
    if (now === mark) unchanged += 1
    else if (now === undefined) missing.push(key)
    else changed.push(key)
  }
  return {
    before: before.size,
    after: unchanged,
    missing: missing.slice(0, NAMES_MAX),
    changed: changed.slice(0, NAMES_MAX),
  }
}
