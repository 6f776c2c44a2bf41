import { createHash } from 'node:crypto'
import { ObjectStore, utf8Encode } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReferenceObjectStore } from '../reference-object-store.ts'
import { type Caller, type ListQuery, sha256Of, unquoted } from './caller.ts'
import type { Given } from './subject.ts'

/** Keys that sort otherwise by UTF-16 than by UTF-8, that a URL or XML must escape, and that share prefixes. */
const anyKey = fc
  .array(
    fc.constantFrom('a', 'b', 'ab', '/', '//', '-', '+', '%', ' ', '&<', 'é', '\uffee', '😀', '~', '0'),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(''))

const anyWrite = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constantFrom('put' as const, 'upload' as const), ifAbsent: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('delete' as const), ifAbsent: fc.constant(false) }) },
)

const anyQuery = fc.record({
  prefix: fc.constantFrom('', 'a', 'ab', 'a/', 'é', 'nothing'),
  delimiter: fc.constantFrom(undefined, undefined, '/', 'a', '//'),
  startAfter: fc.option(anyKey, { nil: undefined }),
  limit: fc.constantFrom(undefined, 1, 2, 3),
})

/** Any writes and any questions, against a reference that is as simple as can be. */
export function answersAsTheReference({ versioning, caller, scope }: Given): void {
  test('any writes, then any questions, are answered as the reference does (property)', async () => {
    const script = fc.record({
      keys: fc.uniqueArray(anyKey, { minLength: 1, maxLength: 6 }),
      writes: fc.array(fc.tuple(fc.nat(), anyWrite), { maxLength: 12 }),
      queries: fc.array(anyQuery, { minLength: 1, maxLength: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(script, async ({ keys, writes, queries }) => {
        const place = caller().place()
        const reference = new ReferenceObjectStore(versioning)
        for (const [number, [choice, { op, ifAbsent }]] of writes.entries()) {
          const key = place + keys[choice % keys.length]
          await write(caller(), reference, { op, ifAbsent, key, text: `${op} ${number}` })
        }
        for (const query of queries) await compareListing(caller(), reference, place, query)
        for (const key of keys) await compareObject(caller(), reference, place + key)
        const versions = await caller().versions(place)
        const told = versions.map(({ key, isLatest, isDeleteMarker, sizeBytes }) => ({
          key,
          isLatest,
          isDeleteMarker,
          sizeBytes,
        }))
        expect(told).toEqual(reference.versions(place))
      }),
      { numRuns: scope.numRuns },
    )
  })

  if (!scope.fullPages) return
  test('a page holds a thousand entries at most, whatever is asked for', async () => {
    const place = caller().place()
    const keys = Array.from({ length: 1003 }, (_, index) => `${place}${String(index).padStart(4, '0')}`)
    for (const key of keys) await caller().run(caller().put(key, 'x'))
    const page = await caller().run(ObjectStore.list({ store: 'source', prefix: place, limit: 5000 }))
    expect([page.objects.length, page.cursor === null]).toEqual([1000, false])
    expect((await caller().list({ prefix: place })).keys).toEqual(keys)
    expect((await caller().versions(place)).map(({ key }) => key)).toEqual(keys)
  })
}

async function write(
  caller: Caller,
  reference: ReferenceObjectStore,
  given: {
    readonly op: 'put' | 'upload' | 'delete'
    readonly ifAbsent: boolean
    readonly key: string
    readonly text: string
  },
): Promise<void> {
  const { op, ifAbsent, key, text } = given
  if (op === 'delete') {
    reference.delete(key)
    await caller.delete(key)
    return
  }
  const expected = reference.put(key, utf8Encode(text), ifAbsent) ? null : 'object-exists'
  const task = op === 'put' ? caller.put(key, text, ifAbsent) : caller.upload(key, text, ifAbsent)
  expect(await caller.codeOf(task)).toBe(expected)
}

async function compareListing(
  caller: Caller,
  reference: ReferenceObjectStore,
  place: string,
  query: ListQuery,
): Promise<void> {
  const placed = {
    ...query,
    prefix: place + query.prefix,
    startAfter: query.startAfter === undefined ? undefined : place + query.startAfter,
  }
  const { keys, prefixes, objects } = await caller.list(placed)
  expect({ keys, prefixes }).toEqual(reference.list(placed))
  for (const { key, sizeBytes } of objects) expect(sizeBytes).toBe(reference.current(key)?.length)
}

async function compareObject(caller: Caller, reference: ReferenceObjectStore, key: string): Promise<void> {
  const held = reference.current(key)
  const head = await caller.run(ObjectStore.head({ store: 'source', key }))
  expect(head?.sizeBytes).toBe(held?.length)
  if (held === null) {
    expect(await caller.codeOf(caller.get(key))).toBe('object-missing')
    expect(await caller.codeOf(caller.download(key))).toBe('object-missing')
    return
  }
  const got = await caller.run(caller.get(key))
  expect(got.bytes).toEqual(held)
  const downloaded = await caller.run(caller.download(key))
  expect(downloaded).toMatchObject({
    bytes: held,
    sizeBytes: held.length,
    sha256: sha256Of(held),
    mode: 0o600,
  })
  const etags = [head?.etag ?? '', got.etag, downloaded.etag].map(unquoted)
  expect(new Set(etags)).toEqual(new Set([createHash('md5').update(held).digest('hex')]))
  expect(new Set([head?.versionId, got.versionId, downloaded.versionId]).size).toBe(1)
}
