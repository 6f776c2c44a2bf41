import { createHash } from 'node:crypto'
import {
  attempt,
  FileSystem,
  type ListedObject,
  ObjectStore,
  type ObjectVersion,
  type Task,
  unwrap,
  utf8Encode,
} from '@dr-drill/runbook-core'
import { expect } from 'vitest'
import type { WholeListing } from '../reference-object-store.ts'
import type { ObjectStoreUnderTest } from './subject.ts'

const SECOND_MS = 1000
const BYTES_MAX = 1 << 20

/** Calls the port of a subject. Every test writes below a place of its own. */
export class Caller {
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

/** What is listed; see the port. */
export interface ListQuery {
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

/** Lower-case hex. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
/** An ETag without the quotes that HTTP puts around it. */
export const unquoted = (etag: string): string => etag.replaceAll('"', '')
