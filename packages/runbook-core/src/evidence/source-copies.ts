import type { Task } from '../effects/index.ts'
import { ObjectStore } from '../ports/index.ts'
import type { Evidence } from '../verdict/index.ts'

/** What lies in a store: a mark of each object's content by key. Grows with the number of objects, not with their bytes. */
export type Copies = ReadonlyMap<string, string>

/** Most names that the evidence carries. */
const NAMES_MAX = 100

/** Lists a whole store. */
export function* listCopies(store: string): Task<Copies> {
  const found = new Map<string, string>()
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: ReturnType<typeof ObjectStore.list> extends Task<infer P> ? P : never =
      yield* ObjectStore.list({
        store,
        prefix: '',
        ...(cursor === '' ? {} : { cursor }),
      })
    for (const object of page.objects) found.set(object.key, `${object.sizeBytes} ${object.etag}`)
    cursor = page.cursor
  }
  return found
}

/** Compares what lay in the source before a run with what lies there after it. */
export function compareCopies(before: Copies, after: Copies): Evidence<'last-good-copy'> {
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
