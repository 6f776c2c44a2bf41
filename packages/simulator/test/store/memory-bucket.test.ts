import { ObjectStore, utf8Encode } from '@dr-drill/runbook-core'
import { bucketControl, s3Fault } from '@dr-drill/simulator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { download, get, textOf, World } from './world.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 2_000 : 100
const KEYS = ['a', 'a/b', 'a/c', 'b', 'é', '\u{1f600}', '\uffee'] as const
const anyChange = fc.record({
  key: fc.constantFrom(...KEYS),
  how: fc.constantFrom('overwrite', 'overwrite', 'overwrite', 'delete', 'lose'),
})
type Change = typeof anyChange extends fc.Arbitrary<infer A> ? A : never

function change({ control }: World, { key, how }: Change, text: string): void {
  if (how === 'overwrite') control.overwrite(key, utf8Encode(text))
  else if (how === 'delete') control.delete(key)
  else control.lose(key)
}

function perform(world: World, changes: readonly Change[], name: string): void {
  for (const [index, one] of changes.entries()) change(world, one, `${name} ${index}`)
}

describe.each([true, false])('a bucket that keeps versions: %s', (versioning) => {
  test('behind a replica that lags, readers see what there was at that instant (property)', () => {
    const kept = anyChange.filter(({ how }) => how !== 'lose')
    fc.assert(
      fc.property(fc.array(fc.tuple(kept, fc.nat(3)), { maxLength: 20 }), fc.nat(), (changes, choice) => {
        const world = new World({ versioning })
        const states: { readonly at: number; readonly seen: Record<string, string> }[] = []
        for (const [index, [one, waitedMs]] of changes.entries()) {
          states.push({ at: world.nowMs, seen: world.seen() })
          world.nowMs += 1 + waitedMs * 700
          change(world, one, `${index}`)
        }
        states.push({ at: world.nowMs, seen: world.seen() })
        const { at, seen } = states[choice % states.length]!
        world.control.lagBehind(at)
        expect(world.seen()).toEqual(seen)
        // Writers are told by what is there, not by what readers see.
        const newest = states.at(-1)!.seen
        for (const key of KEYS) {
          const put = ObjectStore.put({ store: 'archive', key, bytes: utf8Encode('x'), ifAbsent: true })
          expect(world.codeOf(put)).toBe(key in newest ? 'object-exists' : null)
        }
        world.control.lagBehind(null)
        expect(Object.keys(world.seen()).length).toBe(KEYS.length)
      }),
      { numRuns },
    )
  })

  test('a fork goes its own way, and so does what it was forked from (property)', () => {
    const changes = fc.array(anyChange, { maxLength: 15 })
    fc.assert(
      fc.property(changes, changes, changes, (before, here, there) => {
        const origin = new World({ versioning })
        perform(origin, before, 'before')
        const fork = new World({ versioning, content: origin.bucket.content.fork() })
        const alone = [origin, fork].map((_, side) => {
          const world = new World({ versioning })
          perform(world, before, 'before')
          perform(world, side === 0 ? here : there, `${side}`)
          return world
        })
        for (let step = 0; step < Math.max(here.length, there.length); step += 1) {
          if (step < here.length) change(origin, here[step]!, `0 ${step}`)
          if (step < there.length) change(fork, there[step]!, `1 ${step}`)
        }
        const told = (world: World) => [world.seen(), KEYS.map((key) => world.control.versions(key))]
        expect(told(origin).map(plain)).toEqual(told(alone[0]!).map(plain))
        expect(told(fork).map(plain)).toEqual(told(alone[1]!).map(plain))
      }),
      { numRuns },
    )
  })

  test('what is lost is gone, and its key may be written anew', () => {
    const world = new World({ versioning })
    for (const text of ['first', 'second']) world.control.overwrite('k', utf8Encode(text))
    const ids = world.control.versions('k').map(({ versionId }) => versionId)
    world.control.lose('k')
    expect(world.control.versions('k')).toEqual([])
    expect(world.control.keys()).toEqual([])
    expect(world.codeOf(get('k'))).toBe('object-missing')
    world.control.overwrite('k', utf8Encode('third'))
    expect(world.seen()).toEqual({ k: 'third' })
    if (versioning) expect(ids).not.toContain(world.control.versions('k')[0]?.versionId)
  })
})

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('a large fork is as independent as a small one', () => {
  const origin = new World()
  for (let index = 0; index < 600; index += 1) origin.control.overwrite(`k${index}`, utf8Encode(`${index}`))
  const fork = new World({ content: origin.bucket.content.fork() })
  fork.control.lose('k7')
  fork.control.overwrite('new', utf8Encode('new'))
  origin.control.delete('k8')
  expect([origin.control.keys().length, fork.control.keys().length]).toEqual([599, 600])
  expect(origin.seen().k7).toBe('7')
  expect(fork.seen().k8).toBe('8')
})

test('rot changes what is read and nothing that is told; the sound version is to be had by nobody', () => {
  const world = new World()
  world.control.overwrite('k', utf8Encode('sound'))
  const before = world.run(ObjectStore.head({ store: 'source', key: 'k' }))
  world.control.rot('k', utf8Encode('rotten!'))
  expect(world.run(ObjectStore.head({ store: 'source', key: 'k' }))).toEqual(before)
  expect(world.codeOf(get('k'))).toBe('object-corrupt')
  expect(world.codeOf(download('k', '/k'))).toBe('object-corrupt')
  expect(textOf(world.control.versions('k')[0]!.bytes)).toBe('rotten!')
  world.control.rot('k', utf8Encode('sound'))
  expect(world.codeOf(get('k'))).toBe(null)
})

test('a credential is refused what it is denied, alone and until it is allowed again', () => {
  const world = new World()
  world.control.overwrite('k', utf8Encode('x'))
  const list = () => ObjectStore.list({ store: 'source', prefix: '' })
  const codes = () => [world.codeOf(get('k')), world.codeOf(list())]
  const allowed = [null, null]
  const denials = {
    read: ['store-denied', null],
    list: [null, 'store-denied'],
    expired: ['store-denied', 'store-denied'],
  }
  for (const [what, expected] of Object.entries(denials)) {
    const met: string[] = []
    const allow = world.control.deny(what as keyof typeof denials, (operation) => met.push(operation))
    expect([what, codes()]).toEqual([what, expected])
    const other = ObjectStore.get({ store: 'archive', key: 'k', sizeBytesMax: 9 })
    expect(world.codeOf(other)).toBe(null)
    expect(met).toHaveLength(expected.filter((code) => code !== null).length)
    allow()
    expect(codes()).toEqual(allowed)
  }
  const writer = bucketControl(world.bucket, 'writer')
  const allow = writer.deny('write')
  const put = () => ObjectStore.put({ store: 'archive', key: 'new', bytes: utf8Encode('x'), ifAbsent: false })
  expect(world.codeOf(put())).toBe('store-denied')
  allow()
  expect(world.codeOf(put())).toBe(null)
})

test('listeners hear of every object that is read and every prefix that is listed', () => {
  const world = new World()
  for (const key of ['a/1', 'a/2']) world.control.overwrite(key, utf8Encode(key))
  const heard: string[] = []
  world.control.onRead((key) => void heard.push(`read ${key}`))
  world.control.onList((prefix) => void heard.push(`list ${prefix}`))
  world.run(ObjectStore.list({ store: 'source', prefix: 'a/' }))
  world.run(get('a/1'))
  world.run(download('a/2', '/two'))
  world.run(ObjectStore.head({ store: 'source', key: 'a/1' }))
  expect(world.codeOf(get('a/3'))).toBe('object-missing')
  expect(heard).toEqual(['list a/', 'read a/1', 'read a/2'])
})

test('a rule is asked before the credential, and its refusals count for nobody', () => {
  const world = new World()
  const takeOff = world.control.addRule(() => s3Fault.respond('SlowDown'))
  expect(world.codeOf(get('k'))).toBe('store-throttled')
  takeOff()
  expect(world.codeOf(get('k'))).toBe('object-missing')
  expect(world.bucket.statistics.snapshot().credentials.reader?.get).toBe(1)
})
