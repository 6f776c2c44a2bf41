import {
  attempt,
  Deferred,
  driveSync,
  environment,
  fork,
  interruptFiber,
  join,
  ObjectStore,
  OperatingError,
  overlay,
  Runtime,
  type Task,
  unwrap,
  utf8Encode,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { objectStoreHandlers } from '../../src/s3/index.ts'
import { LateDisk, numRuns, World, WRITER } from './support.ts'

function worldWithBucket(versioning: 'enabled' | 'suspended' | null = null): World {
  const world = new World()
  world.run(world.service.ensureBucket('backups', versioning))
  return world
}

const put = (key: string, text: string, ifAbsent = false) =>
  ObjectStore.put({ store: 'archive', key, bytes: utf8Encode(text), ifAbsent })
const get = (key: string) => ObjectStore.get({ store: 'source', key, sizeBytesMax: 1 << 20 })

describe('at the same time', () => {
  test('of conditional writers one wins; readers see whole objects (property)', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 3 })), fc.integer({ min: 2, max: 5 }), (order, writers) => {
        const disk = worldWithBucket().disk
        const late = new LateDisk(disk)
        const world = new World(disk, late.handlers)
        const one = (body: string) =>
          attempt(ObjectStore.put({ store: 'archive', key: 'k', bytes: utf8Encode(body), ifAbsent: true }))
        const read = () => attempt(ObjectStore.get({ store: 'source', key: 'k', sizeBytesMax: 100 }))
        function* race(): Task<string[]> {
          const fibers = []
          for (let index = 0; index < writers; index += 1) {
            fibers.push(yield* fork(one(`body of writer ${index}`)))
            fibers.push(yield* fork(read()))
          }
          const outcomes: string[] = []
          for (const fiber of fibers) {
            const result = yield* join(fiber as never) as Task<{ ok: boolean; error?: OperatingError }>
            outcomes.push(result.ok ? 'ok' : result.error!.code)
          }
          return outcomes
        }
        const time = { advance: () => late.complete(order.next().value!) }
        const outcomes = unwrap(driveSync(race(), world.ports, { time })!)
        const puts = outcomes.filter((_, index) => index % 2 === 0)
        expect(puts.filter((code) => code === 'ok')).toHaveLength(1)
        expect(puts.filter((code) => code === 'object-exists')).toHaveLength(writers - 1)
        for (const code of outcomes.filter((_, index) => index % 2 === 1))
          expect(['ok', 'object-missing']).toContain(code)
        expect(world.files().filter((file) => file.startsWith('/temporary'))).toEqual([])
      }),
      { numRuns: numRuns(40) },
    )
  })

  test('an interrupted reader or writer gives its lock back and leaves no bytes', () => {
    const world = worldWithBucket()
    world.run(put('k', 'first'))
    const never = new Deferred<never>()
    const stuckTarget = { ...world.target.handlers(), write: () => never, read: () => never }
    const binding = { service: world.service, bucket: 'backups', prefix: 'in/', credentials: WRITER }
    const stuck = overlay(world.ports, {
      ObjectStore: objectStoreHandlers({ stores: { archive: binding }, fileSystem: stuckTarget as never }),
    })
    // Ends the stuck call, as a host does that acknowledges an interrupt.
    function* scenario(): Task<string> {
      const reader = yield* fork(
        ObjectStore.download({ store: 'archive', key: 'k', path: '/x', mode: 0o600 }),
      )
      yield* fork(
        (function* (): Task<void> {
          never.fail(new OperatingError('cancelled', 'interrupted'))
        })(),
      )
      yield* interruptFiber(reader)
      yield* ObjectStore.put({ store: 'archive', key: 'k', bytes: utf8Encode('second'), ifAbsent: false })
      return 'went on'
    }
    expect(unwrap(driveSync(scenario(), stuck)!)).toBe('went on')
    expect(world.run(get('k')).bytes).toEqual(utf8Encode('second'))
    expect(world.files().filter((file) => file.startsWith('/temporary'))).toEqual([])
  })

  test('with a runtime of its own the service outlives its caller, who may die at any moment', () => {
    const write = (text: string) =>
      ObjectStore.put({ store: 'own', key: 'k', bytes: utf8Encode(text), ifAbsent: false })
    let operations = 0
    for (let died = false; !died || operations > 0; operations += 1) {
      const disk = worldWithBucket().disk
      const late = new LateDisk(disk)
      const { service } = new World(disk, late.handlers)
      const runtime = new Runtime({ adoptsPromises: false })
      runtime.onReady = () => runtime.pump()
      const own = { service, bucket: 'backups', prefix: '', credentials: WRITER }
      const ports = environment({ ObjectStore: objectStoreHandlers({ stores: { own }, runtime }) })
      const caller = new Runtime({ adoptsPromises: false })
      caller.onReady = () => caller.pump()
      const fiber = caller.start(write('first'), ports)
      for (let done = 0; done < operations; done += 1) late.complete()
      if (fiber.done.exit !== null) break
      caller.crash()
      died = true
      while (late.complete());
      expect(driveSync(write('second'), ports, { time: { advance: () => late.complete() } })?.kind).toBe(
        'success',
      )
      const whole = new World(disk).run(ObjectStore.get({ store: 'whole', key: 'k', sizeBytesMax: 100 }))
      expect(whole.bytes).toEqual(utf8Encode('second'))
    }
    expect(operations).toBeGreaterThan(10)
  })
})
