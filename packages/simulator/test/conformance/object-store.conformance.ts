import { createHash } from 'node:crypto'
import {
  attempt,
  type Environment,
  type Exit,
  FileSystem,
  type ListedObject,
  ObjectStore,
  type ObjectVersion,
  type Task,
  unwrap,
  utf8Encode,
} from '@dr-drill/runbook-core'
import { type S3CredentialCounts, type S3FaultRule, s3Fault } from '@dr-drill/simulator'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ReferenceObjectStore, type WholeListing } from './reference-object-store.ts'

/** What nobody can do through the port: to be had where the test and the service are one process. */
export interface BehindTheService {
  addRule(rule: S3FaultRule): () => void
  /** Puts other bytes where a version's bytes lie. `key` as the bucket has it. */
  rot(key: string, versionId: string, bytes: Uint8Array): void
  /** Counts of the credential of `source`. */
  readerCounts(): S3CredentialCounts
}

/** A bucket and its stores: `source` may read, `archive` may write, both below `in/`; `stranger` has keys that nobody knows. */
export interface ObjectStoreUnderTest {
  /** Offers ObjectStore and FileSystem. */
  readonly ports: Environment
  run<A>(task: Task<A>, ports: Environment): Promise<Exit<A>>
  /** Deletes as a client that names no version. `key` as the bucket has it. */
  delete(key: string): Promise<void>
  /** Lets history time pass, so that versions of one key differ in their time. */
  pass(ms: number): void
  readonly behind: BehindTheService | null
  dispose(): Promise<void>
}

/** How much is tried. */
export interface ConformanceScope {
  readonly numRuns: number
  /** Whether a test reaches behind the service: then faults, damage and counters are tried as well. */
  readonly behind: boolean
  /** Whether a thousand objects may be written. */
  readonly fullPages: boolean
}

function behindOf({ behind }: ObjectStoreUnderTest): BehindTheService {
  if (behind === null) throw new Error('the scope says that the test reaches behind the service')
  return behind
}

const SECOND_MS = 1000
const BYTES_MAX = 1 << 20

/** What every implementation of the port ObjectStore must do, with and without versions. */
export function objectStoreConformance(
  name: string,
  make: (versioning: boolean) => Promise<ObjectStoreUnderTest>,
  scope: ConformanceScope,
): void {
  describe.each([
    ['with versions', true],
    ['without versions', false],
  ])(`${name} is an ObjectStore, %s`, (_, versioning) => {
    let subject: ObjectStoreUnderTest
    let caller: Caller
    beforeAll(async () => {
      subject = await make(versioning)
      caller = new Caller(subject)
      await caller.run(FileSystem.makeDirectory({ path: '/files', mode: 0o755 }))
    })
    afterAll(() => subject.dispose())
    const given = { versioning, subject: () => subject, caller: () => caller, scope }
    answersAsTheReference(given)
    conditions(given)
    reads(given)
    rights(given)
    if (!scope.behind) return
    answeredErrors(given)
    faults(given)
    rot(given)
  })
}

interface Given {
  readonly versioning: boolean
  readonly subject: () => ObjectStoreUnderTest
  readonly caller: () => Caller
  readonly scope: ConformanceScope
}

/** Calls the port of a subject. Every test writes below a place of its own. */
class Caller {
  readonly subject: ObjectStoreUnderTest
  #places = 0
  #files = 0

  constructor(subject: ObjectStoreUnderTest) {
    this.subject = subject
  }

  async run<A>(task: Task<A>): Promise<A> {
    return unwrap(await this.subject.run(task, this.subject.ports))
  }

  /** The code of the operating error that a task fails with; null when it succeeds. */
  async codeOf(task: Task<unknown>): Promise<string | null> {
    const result = await this.run(attempt(task))
    return result.ok ? null : result.error.code
  }

  place(): string {
    this.#places += 1
    return `${this.#places}/`
  }

  file(): string {
    this.#files += 1
    return `/files/${this.#files}`
  }

  put(key: string, text: string, ifAbsent = false) {
    this.subject.pass(SECOND_MS)
    return ObjectStore.put({ store: 'archive', key, bytes: utf8Encode(text), ifAbsent })
  }

  *upload(key: string, text: string, ifAbsent = false): Task<unknown> {
    this.subject.pass(SECOND_MS)
    const path = this.file()
    yield* FileSystem.create({ path, mode: 0o640 })
    yield* FileSystem.write({ path, offset: 0, bytes: utf8Encode(text) })
    const sha256 = sha256Of(utf8Encode(text))
    return yield* ObjectStore.upload({ store: 'archive', key, path, ifAbsent, sha256 })
  }

  async delete(key: string): Promise<void> {
    this.subject.pass(SECOND_MS)
    await this.subject.delete(`in/${key}`)
  }

  get(key: string, versionId?: string) {
    const version = versionId === undefined ? {} : { versionId }
    return ObjectStore.get({ store: 'source', key, ...version, sizeBytesMax: BYTES_MAX })
  }

  /** A download and the file that it made. */
  *download(key: string, path = this.file()) {
    const told = yield* ObjectStore.download({ store: 'source', key, path, mode: 0o600 })
    const stat = yield* FileSystem.stat({ path })
    return {
      ...told,
      bytes: yield* FileSystem.read({ path, offset: 0, length: BYTES_MAX }),
      mode: stat?.mode,
    }
  }

  async versions(prefix: string): Promise<ObjectVersion[]> {
    const found: ObjectVersion[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const input = { store: 'source', prefix, ...(cursor === undefined ? {} : { cursor }) }
      const page = await this.run(ObjectStore.versions(input))
      found.push(...page.versions)
      cursor = page.cursor
    }
    return found
  }

  /** A listing, page by page; every page but the last must be full, and the last one not empty unless it is the only one. */
  async list(query: ListQuery): Promise<WholeListing & { readonly objects: readonly ListedObject[] }> {
    const { limit = 1000, ...asked } = withoutUndefined(query)
    const objects: ListedObject[] = []
    const prefixes: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      // With a cursor there is no beginning any more.
      const from = cursor === undefined ? {} : { cursor }
      const page = await this.run(ObjectStore.list({ store: 'source', ...asked, limit, ...from }))
      const count = page.objects.length + page.prefixes.length
      if (page.cursor === null) expect(count > 0 || cursor === undefined).toBe(true)
      else expect(count).toBe(limit)
      objects.push(...page.objects)
      prefixes.push(...page.prefixes)
      cursor = page.cursor
    }
    return { keys: objects.map(({ key }) => key), prefixes, objects }
  }
}

interface ListQuery {
  readonly prefix: string
  readonly delimiter?: string | undefined
  readonly startAfter?: string | undefined
  readonly limit?: number | undefined
}

function withoutUndefined({ prefix, delimiter, startAfter, limit }: ListQuery) {
  return {
    prefix,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(startAfter === undefined ? {} : { startAfter }),
    ...(limit === undefined ? {} : { limit }),
  }
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const unquoted = (etag: string): string => etag.replaceAll('"', '')

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

function answersAsTheReference({ versioning, caller, scope }: Given): void {
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

function conditions({ caller }: Given): void {
  test('a download can insist on the object that was listed', async () => {
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'first'))
    const [listed] = (await caller().list({ prefix: key })).objects
    const insisting = (path: string) =>
      ObjectStore.download({ store: 'source', key, path, mode: 0o600, ifMatch: listed?.etag ?? '' })
    expect(await caller().codeOf(insisting(caller().file()))).toBe(null)
    await caller().run(caller().put(key, 'second'))
    expect(await caller().codeOf(insisting(caller().file()))).toBe('object-changed')
  })

  test('an upload of other bytes than its digest says is refused, and leaves nothing', async () => {
    const key = `${caller().place()}k`
    const path = caller().file()
    await caller().run(FileSystem.create({ path, mode: 0o600 }))
    await caller().run(FileSystem.write({ path, offset: 0, bytes: utf8Encode('these') }))
    const upload = (from: string) =>
      ObjectStore.upload({
        store: 'archive',
        key,
        path: from,
        ifAbsent: true,
        sha256: sha256Of(utf8Encode('those')),
      })
    expect(await caller().codeOf(upload(path))).toBe('object-corrupt')
    expect(await caller().codeOf(upload('/files/missing'))).toBe('file-missing')
    expect(await caller().run(ObjectStore.head({ store: 'source', key }))).toBe(null)
  })

  test('what was put is what is there, whatever becomes of the buffer it came from', async () => {
    const key = `${caller().place()}k`
    const bytes = utf8Encode('as it was')
    await caller().run(ObjectStore.put({ store: 'archive', key, bytes, ifAbsent: true }))
    bytes.fill(0)
    expect((await caller().run(caller().get(key))).bytes).toEqual(utf8Encode('as it was'))
    const path = caller().file()
    await caller().run(caller().download(key, path))
    await caller().run(FileSystem.write({ path, offset: 0, bytes: utf8Encode('changed') }))
    expect((await caller().run(caller().get(key))).bytes).toEqual(utf8Encode('as it was'))
  })
}

function reads({ versioning, caller }: Given): void {
  test('nothing larger than expected is taken in', async () => {
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, '0123456789'))
    const small = ObjectStore.get({ store: 'source', key, sizeBytesMax: 9 })
    expect(await caller().codeOf(small)).toBe('input-too-large')
    const path = caller().file()
    const download = (sizeBytesMax: number) =>
      ObjectStore.download({ store: 'source', key, path, mode: 0o600, sizeBytesMax })
    expect(await caller().codeOf(download(9))).toBe('object-corrupt')
    const left = await caller().run(FileSystem.stat({ path }))
    expect(left === null || left.sizeBytes <= 9).toBe(true)
    expect(await caller().codeOf(download(10))).toBe(null)
  })

  test('a download replaces what is at its path, and needs a directory', async () => {
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'short'))
    const path = caller().file()
    await caller().run(FileSystem.create({ path, mode: 0o644 }))
    await caller().run(FileSystem.write({ path, offset: 0, bytes: utf8Encode('much longer than that') }))
    expect(await caller().run(caller().download(key, path))).toMatchObject({
      bytes: utf8Encode('short'),
      mode: 0o600,
    })
    expect(await caller().codeOf(caller().download(key, '/nowhere/file'))).toBe('file-missing')
  })

  if (!versioning) return
  test('old versions stay to be had, and a delete marker has no bytes', async () => {
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'first'))
    await caller().run(caller().put(key, 'second'))
    await caller().delete(key)
    const [marker, second, first] = await caller().versions(key)
    const textOf = async (version: ObjectVersion | undefined): Promise<string> =>
      new TextDecoder().decode((await caller().run(caller().get(key, version?.versionId))).bytes)
    expect([await textOf(second), await textOf(first)]).toEqual(['second', 'first'])
    expect(await caller().codeOf(caller().get(key))).toBe('object-missing')
    expect(await caller().codeOf(caller().get(key, marker?.versionId))).toBe('object-missing')
    expect(await caller().codeOf(caller().get(key, '0'.repeat(32)))).toBe('object-missing')
    await caller().run(caller().put(key, 'third', true))
    expect((await caller().versions(key)).map(({ isLatest }) => isLatest)).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
}

/** One call of every method. */
const calls = (key: string, store: string, path: string) => ({
  list: ObjectStore.list({ store, prefix: key }),
  versions: ObjectStore.versions({ store, prefix: key }),
  head: ObjectStore.head({ store, key }),
  get: ObjectStore.get({ store, key, sizeBytesMax: 10 }),
  download: ObjectStore.download({ store, key, path, mode: 0o600 }),
  put: ObjectStore.put({ store, key: `${key}-new`, bytes: utf8Encode('x'), ifAbsent: false }),
  upload: ObjectStore.upload({
    store,
    key: `${key}-new`,
    path: TO_SEND,
    ifAbsent: false,
    sha256: sha256Of(utf8Encode('')),
  }),
})

const TO_SEND = '/files/to-send'

/** The code that each method ends with; null: it succeeds. */
async function codesOf(caller: Caller, key: string, store: string): Promise<Record<string, string | null>> {
  if ((await caller.run(FileSystem.stat({ path: TO_SEND }))) === null) {
    await caller.run(FileSystem.create({ path: TO_SEND, mode: 0o600 }))
  }
  const codes: Record<string, string | null> = {}
  for (const [name, task] of Object.entries(calls(key, store, caller.file()))) {
    codes[name] = await caller.codeOf(task)
  }
  return codes
}

function rights({ caller }: Given): void {
  test('who may only read writes nothing; who is not known gets nothing', async () => {
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'x'))
    const served = { list: null, versions: null, head: null, get: null, download: null }
    const refused = { put: 'store-denied', upload: 'store-denied' }
    expect(await codesOf(caller(), key, 'source')).toEqual({ ...served, ...refused })
    const unknown = await codesOf(caller(), key, 'stranger')
    expect(new Set(Object.values(unknown))).toEqual(new Set(['store-denied']))
    expect((await caller().list({ prefix: key })).keys).toEqual([key])
  })
}

function answeredErrors({ caller, subject }: Given): void {
  test('every request counts for the credential that made it', async () => {
    const behind = behindOf(subject())
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'x'))
    const before = behind.readerCounts()
    await codesOf(caller(), key, 'source')
    await codesOf(caller(), key, 'stranger')
    await codesOf(caller(), key, 'archive')
    const after = behind.readerCounts()
    const asked = { get: 2, head: 1, list: 2, other: 2, refusedWrites: 2 }
    expect(after).toEqual(
      Object.fromEntries(
        Object.entries(asked).map(([verb, count]) => [verb, before[verb as keyof typeof asked] + count]),
      ),
    )
  })

  test('a rule that answers with an error is told as what it means, whatever was asked', async () => {
    const behind = behindOf(subject())
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'x'))
    const meanings = [
      ['SlowDown', 'store-throttled'],
      ['ServiceUnavailable', 'store-unavailable'],
      ['InternalError', 'store-unavailable'],
      ['AccessDenied', 'store-denied'],
      ['ExpiredToken', 'store-denied'],
    ] as const
    for (const [answer, code] of meanings) {
      const takeOff = behind.addRule(() => s3Fault.respond(answer))
      const { head, ...codes } = await codesOf(caller(), key, 'archive')
      takeOff()
      expect([answer, ...new Set(Object.values(codes))]).toEqual([answer, code])
      // Over HTTP the answer to a HEAD has no body to say more than its status.
      expect([answer, headMeanings(answer, code).includes(head ?? null)]).toEqual([answer, true])
    }
    const takeOff = behind.addRule(() => s3Fault.reset)
    const codes = await codesOf(caller(), key, 'archive')
    takeOff()
    expect(new Set(Object.values(codes))).toEqual(new Set(['store-unavailable']))
    expect(await caller().codeOf(caller().get(key))).toBe(null)
  })
}

function headMeanings(answer: string, code: string): readonly (string | null)[] {
  if (answer === 'SlowDown') return [code, 'store-unavailable']
  return answer === 'ExpiredToken' ? [code, 'response-invalid'] : [code]
}

function faults({ caller, subject }: Given): void {
  test('a body that ends early is an unavailable store, not a shorter object', async () => {
    const behind = behindOf(subject())
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, '0123456789'))
    const takeOff = behind.addRule(({ operation }) =>
      operation === 'GetObject' ? s3Fault.truncateBodyAt(4) : s3Fault.pass,
    )
    expect(await caller().codeOf(caller().get(key))).toBe('store-unavailable')
    expect(await caller().codeOf(caller().download(key))).toBe('store-unavailable')
    takeOff()
    const beyond = behind.addRule(() => s3Fault.truncateBodyAt(1_000))
    expect((await caller().run(caller().get(key))).bytes).toEqual(utf8Encode('0123456789'))
    beyond()
  })

  test('a delayed request is served all the same', async () => {
    const behind = behindOf(subject())
    const key = `${caller().place()}k`
    const takeOff = behind.addRule(() => s3Fault.delay(5))
    await caller().run(caller().put(key, 'late'))
    expect((await caller().run(caller().get(key))).bytes).toEqual(utf8Encode('late'))
    expect((await caller().list({ prefix: key })).keys).toEqual([key])
    expect(await caller().codeOf(caller().put(key, 'again', true))).toBe('object-exists')
    takeOff()
  })

  test('what a listing hides is there for whoever names it', async () => {
    const behind = behindOf(subject())
    const place = caller().place()
    for (const name of ['a', 'b/1', 'b/2', 'c']) await caller().run(caller().put(place + name, name))
    const hidden = [`in/${place}b/1`, `in/${place}b/2`, `in/${place}c`]
    const takeOff = behind.addRule(({ operation }) =>
      operation === 'ListObjectsV2' ? s3Fault.hide(hidden) : s3Fault.pass,
    )
    const seen = await caller().list({ prefix: place, delimiter: '/' })
    expect([seen.keys, seen.prefixes]).toEqual([[`${place}a`], []])
    expect(await caller().codeOf(caller().get(`${place}c`))).toBe(null)
    takeOff()
    expect((await caller().list({ prefix: place, delimiter: '/' })).prefixes).toEqual([`${place}b/`])
  })
}

function rot({ caller, subject }: Given): void {
  test.each([
    ['other', 'rotten bytes'],
    ['fewer', 'rotte'],
    ['no', ''],
    ['more', 'rotten bytes and more of them'],
  ])('a medium that gives %s bytes is noticed by whoever reads, not by whoever lists', async (_, text) => {
    const behind = behindOf(subject())
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'sound bytes!'))
    const [version] = await caller().versions(key)
    const before = (await caller().list({ prefix: key })).objects
    behind.rot(`in/${key}`, version?.versionId ?? 'null', utf8Encode(text))
    expect(await caller().codeOf(caller().get(key))).toBe('object-corrupt')
    expect(await caller().codeOf(caller().download(key))).toBe('object-corrupt')
    expect((await caller().list({ prefix: key })).objects).toEqual(before)
    await caller().run(caller().put(key, 'sound again'))
    expect((await caller().run(caller().get(key))).bytes).toEqual(utf8Encode('sound again'))
  })
}
