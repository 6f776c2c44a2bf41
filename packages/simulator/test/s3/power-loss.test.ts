import {
  attempt,
  driveSync,
  ObjectStore,
  provide,
  Runtime,
  type Task,
  utf8Encode,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SimulatedDisk } from '../../src/disk/index.ts'
import { RandomStream } from '../../src/kernel/index.ts'
import { deleteKey } from '../../src/s3/operations/delete-object.ts'
import { numRuns, World } from './support.ts'

/** What a client does; a null body deletes. */
interface Step {
  readonly key: string
  readonly body: string | null
}

const KEYS = ['a', 'dir/b', 'dir/deep/c']
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    key: fc.constantFrom(...KEYS),
    body: fc.oneof({ weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 1500 }) }, fc.constant(null)),
  }),
  { minLength: 1, maxLength: 6 },
)

function perform(world: World, { key, body }: Step): Task<unknown> {
  if (body !== null) return ObjectStore.put({ store: 'whole', key, bytes: utf8Encode(body), ifAbsent: false })
  const { service } = world
  return provide(
    service.environment,
    deleteKey(service.context, { bucket: 'backups', key, versionId: null, ifMatch: null }),
  )
}

/** The state that a client may rely on: per key the acknowledged body, and the one under way when the power failed. */
interface Known {
  readonly acknowledged: Map<string, string | null>
  pending: Step | null
}

/** Runs the steps until the n-th effect, where the power fails. */
function runUntil(disk: SimulatedDisk, todo: readonly Step[], effects: number): Known {
  const known: Known = { acknowledged: new Map(KEYS.map((key) => [key, null])), pending: null }
  const world = new World(disk)
  let left = effects
  const runtime: Runtime = new Runtime({
    adoptsPromises: false,
    hooks: {
      afterCall() {
        left -= 1
        if (left <= 0) runtime.crash()
      },
    },
  })
  function* client(): Task<void> {
    yield* world.service.ensureBucket('backups')
    for (const step of todo) {
      known.pending = step
      yield* perform(world, step)
      known.acknowledged.set(step.key, step.body)
      known.pending = null
    }
  }
  driveSync(client(), world.ports, { runtime })
  return known
}

/** What a new service over the disk gives for a key; null when there is nothing. */
function stored(world: World, key: string): string | null {
  const result = world.run(attempt(ObjectStore.get({ store: 'whole', key, sizeBytesMax: 10_000 })))
  if (result.ok) return new TextDecoder().decode(result.value.bytes)
  expect(result.error.code).toBe('object-missing')
  return null
}

function survives(todo: readonly Step[], effects: number, seed: number, disk = new SimulatedDisk()): void {
  // The bucket is made before the power may fail: what is looked at is objects.
  const setUp = new World(disk)
  setUp.run(setUp.service.ensureBucket('backups'))
  const known = runUntil(disk, todo, effects)
  disk.powerLoss(RandomStream.fromSeed(seed))
  const after = new World(disk)
  const listed = () =>
    after.run(ObjectStore.list({ store: 'whole', prefix: '' })).objects.map(({ key }) => key)
  const found = new Map(KEYS.map((key) => [key, stored(after, key)]))
  for (const [key, body] of known.acknowledged) {
    const possible = known.pending?.key === key ? [body, known.pending.body] : [body]
    expect(possible).toContain(found.get(key))
  }
  expect(listed()).toEqual(KEYS.filter((key) => found.get(key) !== null))
  // It works on: every key can be written, and is what was written.
  for (const key of KEYS) {
    after.run(ObjectStore.put({ store: 'whole', key, bytes: utf8Encode('anew'), ifAbsent: false }))
    expect(stored(after, key)).toBe('anew')
  }
}

test('power loss at any effect: acknowledged objects are whole, others old or new (property)', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 120 }), fc.nat(), (todo, effects, seed) => {
      survives(todo, effects, seed)
    }),
    { numRuns: numRuns(100) },
  )
})

type Operation = { readonly method: string; readonly path: string }

/**
 * Each place in the code that syncs, told by what went before. A put stages its bytes under an odd number, then its record under
 * an even one.
 */
const SYNCS: [place: string, isThere: (operation: Operation, before: Operation | null) => boolean][] = [
  ['the staged bytes', ({ method, path }) => method === 'sync' && /[13579]$/.test(path)],
  ['the staged record', ({ method, path }) => method === 'sync' && /[02468]$/.test(path)],
  [
    'the new directory in its parent',
    ({ method }, before) => method === 'syncDirectory' && before?.method === 'makeDirectory',
  ],
  [
    'the new name of replacing bytes',
    ({ method }, before) => isSyncAfterRename(method, before) && /[13579]$/.test(before!.path),
  ],
  [
    'the new name of the record',
    ({ method }, before) => isSyncAfterRename(method, before) && /[02468]$/.test(before!.path),
  ],
  [
    'the removal of the record',
    ({ method }, before) => method === 'syncDirectory' && before?.method === 'remove',
  ],
]

function isSyncAfterRename(method: string, before: Operation | null): boolean {
  return method === 'syncDirectory' && before?.method === 'rename'
}

test.each(SYNCS)('canary: without the sync of %s a loss is noticed', (_, isThere) => {
  const todo: Step[] = [
    { key: 'dir/deep/c', body: 'one'.repeat(400) },
    { key: 'dir/deep/c', body: 'two'.repeat(400) },
    { key: 'dir/b', body: 'three' },
    { key: 'dir/b', body: null },
    { key: 'dir/deep/c', body: 'four' },
  ]
  const isNoticed = Array.from({ length: 600 }, (_unused, seed) => seed).some((seed) => {
    const disk = new SimulatedDisk()
    const setUp = new World(disk)
    setUp.run(setUp.service.ensureBucket('backups'))
    let before: Operation | null = null
    const fault = {
      kind: 'lying-sync',
      meets(operation: Operation): 'perform' | 'pretend' {
        const isLost = isThere(operation, before)
        if (/^(rename|remove|makeDirectory)$/.test(operation.method)) before = operation
        return isLost ? 'pretend' : 'perform'
      },
      fork: () => fault,
    }
    disk.addFault(fault)
    try {
      survives(todo, 1 + (seed % 130), seed, disk)
      return false
    } catch {
      return true
    }
  })
  expect(isNoticed).toBe(true)
})
