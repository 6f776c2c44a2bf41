import {
  attempt,
  driveSync,
  FileSystem,
  type ListedObject,
  ObjectStore,
  overlay,
  type Task,
  unwrap,
  utf8Encode,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { s3Fault, versionPaths } from '../../src/s3/index.ts'
import { anyKey, digests, NOW_MS, numRuns, World } from './support.ts'

function worldWithBucket(versioning: 'enabled' | 'suspended' | null = null): World {
  const world = new World()
  world.run(world.service.ensureBucket('backups', versioning))
  return world
}

const put = (key: string, text: string, ifAbsent = false) =>
  ObjectStore.put({ store: 'archive', key, bytes: utf8Encode(text), ifAbsent })
const get = (key: string) => ObjectStore.get({ store: 'source', key, sizeBytesMax: 1 << 20 })

function codeOf(world: World, task: Task<unknown>): string {
  const result = world.run(attempt(task))
  return result.ok ? 'no error' : result.error.code
}

describe('any legal key', () => {
  test('comes back with its bytes, and every file lies below the frame (property)', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyKey, { minLength: 1, maxLength: 5 }), (keys) => {
        const world = worldWithBucket()
        keys.forEach((key, index) => {
          world.run(ObjectStore.put({ store: 'whole', key, bytes: utf8Encode(`${index}`), ifAbsent: true }))
        })
        keys.forEach((key, index) => {
          const { bytes } = world.run(ObjectStore.get({ store: 'whole', key, sizeBytesMax: 10 }))
          expect(bytes).toEqual(utf8Encode(`${index}`))
        })
        const frame = /^\/(buckets\/backups\/(bucket\.json$|objects\/)|temporary\/|uploads\/)/
        for (const file of world.files()) expect(file).toMatch(frame)
        const { objects } = world.run(ObjectStore.list({ store: 'whole', prefix: '' }))
        expect(new Set(objects.map(({ key }) => key))).toEqual(new Set(keys))
      }),
      { numRuns: numRuns(30) },
    )
  })

  test.each([['d/'.repeat(512)], ['x'.repeat(1024)], ['\u00e9'.repeat(512)]])('of 1024 bytes', (key) => {
    const world = worldWithBucket()
    world.run(ObjectStore.put({ store: 'whole', key, bytes: utf8Encode('x'), ifAbsent: true }))
    expect(world.run(ObjectStore.list({ store: 'whole', prefix: '' })).objects[0]?.key).toBe(key)
    const longer = ObjectStore.put({ store: 'whole', key: `${key}x`, bytes: utf8Encode('x'), ifAbsent: true })
    expect(codeOf(world, longer)).toBe('input-invalid')
    const broken = ObjectStore.head({ store: 'whole', key: '\ud800' })
    expect(codeOf(world, broken)).toBe('input-invalid')
  })
})

describe('listing', () => {
  const letter = fc.constantFrom('a', 'b', '/', '-', '0', '\uffee', '\u{1f600}', 'x'.repeat(90))
  const key = fc.array(letter, { minLength: 1, maxLength: 5 }).map((letters) => letters.join(''))
  const byUtf8 = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

  /** What S3 says a listing is, from the definition. */
  function expected(keys: readonly string[], prefix: string, delimiter: string | undefined, after: string) {
    const entries = new Set<string>()
    for (const item of [...keys].sort(byUtf8)) {
      if (!item.startsWith(prefix) || byUtf8(item, after) <= 0) continue
      const at = delimiter === undefined ? -1 : item.indexOf(delimiter, prefix.length)
      entries.add(at < 0 ? `key ${item}` : `prefix ${item.slice(0, at + delimiter!.length)}`)
    }
    return [...entries]
  }

  test('pages of any size join to the sorted whole, for any prefix, delimiter and start (property)', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 12 }),
        fc.oneof(fc.constant(''), key),
        fc.option(fc.constantFrom('/', '-', 'a', '/a', '\u{1f600}'), { nil: undefined }),
        fc.oneof(fc.constant(''), key),
        fc.integer({ min: 1, max: 5 }),
        (keys, prefix, delimiter, startAfter, limit) => {
          const world = worldWithBucket()
          for (const item of keys) world.run(put(item, 'x'))
          const found: string[] = []
          let cursor: string | null = null
          do {
            const page: {
              objects: readonly ListedObject[]
              prefixes: readonly string[]
              cursor: string | null
            } = world.run(
              ObjectStore.list({
                store: 'source',
                prefix,
                limit,
                ...(delimiter === undefined ? {} : { delimiter }),
                ...(startAfter === '' ? {} : { startAfter }),
                ...(cursor === null ? {} : { cursor }),
              }),
            )
            const entries = [
              ...page.objects.map((object) => `key ${object.key}`),
              ...page.prefixes.map((text) => `prefix ${text}`),
            ]
            expect(entries.length).toBeLessThanOrEqual(limit)
            found.push(...entries.sort((a, b) => byUtf8(a.replace(/^\w+ /, ''), b.replace(/^\w+ /, ''))))
            cursor = page.cursor
          } while (cursor !== null)
          expect(found).toEqual(expected(keys, prefix, delimiter, startAfter))
        },
      ),
      { numRuns: numRuns(80) },
    )
  })

  test('versions page by cursor, newest first, markers included', () => {
    const world = worldWithBucket('enabled')
    for (let index = 0; index < 3; index += 1) {
      for (const item of ['a:b', 'c']) world.run(put(item, `${index}`))
    }
    const { versions, cursor } = world.run(ObjectStore.versions({ store: 'source', prefix: '' }))
    expect(versions.map(({ key: name, isLatest }) => [name, isLatest])).toEqual([
      ['a:b', true],
      ['a:b', false],
      ['a:b', false],
      ['c', true],
      ['c', false],
      ['c', false],
    ])
    expect(cursor).toBeNull()
    const oldest = ObjectStore.get({
      store: 'source',
      key: 'c',
      versionId: versions[5]!.versionId,
      sizeBytesMax: 9,
    })
    expect(world.run(oldest).bytes).toEqual(utf8Encode('0'))
  })
})

describe('one object', () => {
  test('head, get, limits and what is missing', () => {
    const world = worldWithBucket()
    world.nowMs = NOW_MS + 1234
    world.run(put('k', 'hello'))
    expect(world.run(ObjectStore.head({ store: 'source', key: 'k' }))).toEqual({
      sizeBytes: 5,
      etag: '5d41402abc4b2a76b9719d911017c592',
      versionId: null,
      lastModifiedAt: NOW_MS + 1000,
    })
    expect(world.run(ObjectStore.head({ store: 'source', key: 'none' }))).toBeNull()
    expect(codeOf(world, get('none'))).toBe('object-missing')
    expect(codeOf(world, ObjectStore.get({ store: 'source', key: 'k', sizeBytesMax: 4 }))).toBe(
      'input-too-large',
    )
    expect(codeOf(world, put('k', 'again', true))).toBe('object-exists')
    expect(world.run(get('k')).bytes).toEqual(utf8Encode('hello'))
    expect(codeOf(world, ObjectStore.head({ store: 'other', key: 'k' }))).toBe('input-invalid')
  })

  test('download and upload go through the target’s files and tell their SHA-256', () => {
    const world = worldWithBucket()
    const bytes = new Uint8Array(2_500_000).map((_, index) => index % 251)
    const sha256 = digests.sha256Hex(bytes)
    const upload = (path: string, hash: string) =>
      ObjectStore.upload({ store: 'archive', key: 'big', path, ifAbsent: true, sha256: hash })
    world.run(
      (function* (): Task<void> {
        yield* FileSystem.create({ path: '/from', mode: 0o600 })
        yield* FileSystem.write({ path: '/from', offset: 0, bytes })
      })(),
    )
    expect(codeOf(world, upload('/from', '0'.repeat(64)))).toBe('object-corrupt')
    expect(world.run(ObjectStore.head({ store: 'source', key: 'big' }))).toBeNull()
    const { etag } = world.run(upload('/from', sha256))
    expect(codeOf(world, upload('/from', sha256))).toBe('object-exists')
    const download = (path: string, ifMatch: string) =>
      ObjectStore.download({ store: 'source', key: 'big', path, mode: 0o640, ifMatch })
    expect(world.run(download('/to', etag))).toEqual({
      sizeBytes: bytes.length,
      sha256,
      etag,
      versionId: null,
    })
    world.run(download('/to', etag))
    expect(world.run(FileSystem.stat({ path: '/to' }))).toMatchObject({
      sizeBytes: bytes.length,
      mode: 0o640,
    })
    expect(digests.sha256Hex(world.target.handlers().read({ path: '/to', offset: 0, length: 1e9 }))).toBe(
      sha256,
    )
    expect(codeOf(world, download('/to', 'other'))).toBe('object-changed')
    const bounded = (sizeBytesMax: number) =>
      ObjectStore.download({ store: 'source', key: 'big', path: '/bounded', mode: 0o640, sizeBytesMax })
    expect(codeOf(world, bounded(bytes.length - 1))).toBe('object-corrupt')
    expect(world.run(FileSystem.stat({ path: '/bounded' }))).toBe(null)
    expect(world.run(bounded(bytes.length)).sizeBytes).toBe(bytes.length)
  })

  test('damage at rest is seen by the checksum; removal of either file removes the object', () => {
    const world = worldWithBucket()
    for (const key of ['rotten', 'no-bytes', 'no-record', 'bad-record']) world.run(put(key, 'some bytes'))
    const path = (key: string) => versionPaths('backups', `in/${key}`)
    world.disk.damage(path('rotten').bytes(0), { offset: 3, mask: Uint8Array.of(1), onRead() {} })
    const files = world.disk.handlers()
    files.remove({ path: path('no-bytes').bytes(0) })
    files.remove({ path: path('no-record').record })
    files.write({ path: path('bad-record').record, offset: 0, bytes: utf8Encode('?') })
    expect(codeOf(world, get('rotten'))).toBe('object-corrupt')
    expect(codeOf(world, get('no-bytes'))).toBe('object-missing')
    expect(codeOf(world, get('no-record'))).toBe('object-missing')
    expect(codeOf(world, get('bad-record'))).toBe('store-unavailable')
    expect(
      world.run(ObjectStore.list({ store: 'source', prefix: '' })).objects.map(({ key }) => key),
    ).toEqual(['rotten'])
    for (const key of ['rotten', 'no-bytes', 'no-record', 'bad-record']) world.run(put(key, 'anew'))
    expect(world.run(get('bad-record')).bytes).toEqual(utf8Encode('anew'))
  })

  test('a read-only credential is refused, counted, and nothing changes', () => {
    const world = worldWithBucket()
    const refused = ObjectStore.put({ store: 'source', key: 'k', bytes: utf8Encode('x'), ifAbsent: false })
    expect(codeOf(world, refused)).toBe('store-denied')
    world.run(ObjectStore.head({ store: 'source', key: 'k' }))
    world.run(ObjectStore.list({ store: 'source', prefix: '' }))
    expect(world.service.statistics.snapshot()).toEqual({
      credentials: {
        reader: { get: 0, head: 1, list: 1, other: 1, refusedWrites: 1 },
        writer: { get: 0, head: 0, list: 0, other: 0, refusedWrites: 0 },
      },
      unauthenticated: 0,
    })
  })
})

describe('faults', () => {
  test('the first rule that does not pass decides; rules come and go', () => {
    const world = worldWithBucket()
    world.run(put('k', '0123456789'))
    const ofGets = (action: ReturnType<typeof s3Fault.delay>) =>
      world.service.faults.add(({ operation }) => (operation === 'GetObject' ? action : s3Fault.pass))
    const codes: string[] = []
    for (const action of [
      s3Fault.respond('SlowDown'),
      s3Fault.respond('ServiceUnavailable'),
      s3Fault.reset,
      s3Fault.truncateBodyAt(4),
    ]) {
      const remove = ofGets(action)
      const second = ofGets(s3Fault.respond('AccessDenied'))
      codes.push(codeOf(world, get('k')))
      remove()
      second()
    }
    expect(codes).toEqual(['store-throttled', 'store-unavailable', 'store-unavailable', 'store-unavailable'])
    expect(world.run(get('k')).bytes).toHaveLength(10)
    world.service.faults.add(() => s3Fault.respond('InternalError'))
    world.service.faults.clear()
    expect(codeOf(world, get('k'))).toBe('no error')
  })

  test('a delay passes in the caller’s time', () => {
    const world = worldWithBucket()
    const slept: number[] = []
    const clock = {
      drillNow: () => 0,
      historyNow: () => 0,
      sleep: ({ ms }: { ms: number }) => void slept.push(ms),
    }
    world.service.faults.add(() => s3Fault.delay(250))
    const exit = driveSync(
      ObjectStore.head({ store: 'source', key: 'k' }),
      overlay(world.ports, { Clock: clock }),
    )
    expect(unwrap(exit!)).toBeNull()
    expect(slept).toEqual([250])
  })
})

test('a new service over the same files serves the same', () => {
  const world = worldWithBucket('enabled')
  for (const text of ['1', '2', '3']) world.run(put('k', text))
  const again = new World(world.disk)
  expect(again.run(get('k'))).toEqual(world.run(get('k')))
  expect(again.run(ObjectStore.versions({ store: 'source', prefix: '' }))).toEqual(
    world.run(ObjectStore.versions({ store: 'source', prefix: '' })),
  )
})
