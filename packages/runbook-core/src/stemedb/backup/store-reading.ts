import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { Refusal } from '../../formats/index.ts'
import { type ListedObject, ObjectStore } from '../../ports/index.ts'

/** More entries below one prefix than this are not an archive but an attack or a wrong bucket. */
const ENTRIES_MAX = 10_000_000

/** Every object below a prefix, in key order, page by page: memory is one page. */
export function* eachObject(
  input: { readonly store: string; readonly prefix: string; readonly startAfter?: string },
  visit: (object: ListedObject) => void,
): Task<void> {
  yield* eachPage(input, (objects) => objects.forEach(visit))
}

/** The objects below a prefix, in key order, as they are listed: page by page. */
export function* eachPage(
  input: { readonly store: string; readonly prefix: string; readonly startAfter?: string },
  visit: (objects: readonly ListedObject[]) => void,
): Task<void> {
  let cursor: string | null = null
  let seen = 0
  do {
    const page: { objects: readonly ListedObject[]; cursor: string | null } = yield* ObjectStore.list({
      ...input,
      ...(cursor === null ? {} : { cursor }),
    })
    visit(page.objects)
    seen += 1 + page.objects.length
    cursor = page.cursor
    if (seen > ENTRIES_MAX) throw new OperatingError('input-too-large', `${input.prefix} lists without end`)
  } while (cursor !== null)
}

/** The common prefixes directly below a prefix, without their final `/`. */
export function* directoriesBelow(store: string, prefix: string): Task<string[]> {
  const names: string[] = []
  let cursor: string | null = null
  do {
    const page: { prefixes: readonly string[]; cursor: string | null } = yield* ObjectStore.list({
      store,
      prefix,
      delimiter: '/',
      ...(cursor === null ? {} : { cursor }),
    })
    for (const found of page.prefixes) names.push(found.replace(/\/$/, ''))
    cursor = page.cursor
    if (names.length > ENTRIES_MAX) throw new OperatingError('input-too-large', `${prefix} lists without end`)
  } while (cursor !== null)
  return names
}

/** A small object, or null when it is not there. Other failures pass. */
export function* getIfThere(store: string, key: string, sizeBytesMax: number): Task<Uint8Array | null> {
  const got = yield* attempt(ObjectStore.get({ store, key, sizeBytesMax }))
  if (got.ok) return got.value.bytes
  if (got.error.code === 'object-missing') return null
  throw got.error
}

/** An error of reading hostile input as a refusal; null for errors that say nothing about the input, such as an outage. */
export function refusalOf(error: OperatingError): Refusal | null {
  switch (error.code) {
    case 'input-too-new':
      return { reason: 'version-unsupported', detail: error.message }
    case 'input-invalid':
    case 'input-too-large':
      return { reason: 'unreadable', detail: error.message }
    case 'object-corrupt':
      return { reason: 'object-corrupt', detail: error.message }
    default:
      return null
  }
}
