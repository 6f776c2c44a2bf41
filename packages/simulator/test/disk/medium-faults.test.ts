import { OperatingError } from '@dr-drill/runbook-core'
import {
  FailedSync,
  LostWrite,
  MisdirectedWrite,
  RandomStream,
  ReadOnly,
  ROOT,
  SimulatedDisk,
} from '@dr-drill/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const bytesOf = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)
const codeOf = (call: () => unknown): string => {
  try {
    call()
  } catch (error) {
    if (error instanceof OperatingError) return error.code
    throw error
  }
  return 'done'
}

/** A disk with durable files of one byte value each. */
function diskWith(files: Readonly<Record<string, readonly [length: number, value: number]>>) {
  const disk = new SimulatedDisk({ capacityBytes: 1 << 20 })
  for (const [path, [length, value]] of Object.entries(files)) disk.place(path, bytesOf(length, value))
  const handlers = disk.handlers()
  const read = (path: string) => [...handlers.read({ path, offset: 0, length: 1 << 20 })]
  return { disk, handlers, read }
}

test('a lost write leaves what was there, and zeros where the file grew; it is acknowledged', () => {
  const { disk, handlers, read } = diskWith({ '/a': [4, 7] })
  const fault = new LostWrite({ path: '/a', after: 1 })
  disk.addFault(fault)
  handlers.write({ path: '/a', offset: 0, bytes: bytesOf(1, 1) })
  handlers.write({ path: '/a', offset: 2, bytes: bytesOf(4, 9) })
  expect(read('/a')).toEqual([1, 7, 7, 7, 0, 0])
  handlers.write({ path: '/a', offset: 5, bytes: bytesOf(1, 5) })
  expect([read('/a'), fault.fired]).toEqual([[1, 7, 7, 7, 0, 5], 1])
})

test('a misdirected write hits another file within its size, and is missing where it belongs', () => {
  const { disk, handlers, read } = diskWith({ '/a': [4, 7], '/b': [6, 8] })
  disk.addFault(new MisdirectedWrite({ path: '/b', offset: 3 }, { path: '/a' }))
  handlers.write({ path: '/a', offset: 0, bytes: bytesOf(5, 1) })
  expect([read('/a'), read('/b')]).toEqual([
    [7, 7, 7, 7, 0],
    [8, 8, 8, 1, 1, 1],
  ])
  handlers.write({ path: '/a', offset: 0, bytes: bytesOf(5, 1) })
  expect([read('/a'), read('/b')]).toEqual([
    [1, 1, 1, 1, 1],
    [8, 8, 8, 1, 1, 1],
  ])
})

test('a misdirected write that hits no file changes nothing', () => {
  const { disk, handlers, read } = diskWith({ '/a': [2, 7] })
  disk.addFault(new MisdirectedWrite({ path: '/gone', offset: 3 }))
  handlers.write({ path: '/a', offset: 0, bytes: bytesOf(2, 1) })
  expect(read('/a')).toEqual([7, 7])
})

test('whole files that are written from blobs meet the same faults', () => {
  const { disk, read } = diskWith({ '/a': [3, 7] })
  disk.addFault(new LostWrite())
  disk.writeBlob(ROOT, { path: '/c', mode: 0o600, blob: bytesOf(3, 5) })
  disk.addFault(new MisdirectedWrite({ path: '/a', offset: 1 }))
  disk.writeBlob(ROOT, { path: '/d', mode: 0o600, blob: bytesOf(1, 5) })
  expect([read('/c'), read('/d'), read('/a')]).toEqual([[0, 0, 0], [0], [7, 5, 7]])
})

test('after an fsync that failed the pages can be read, the next one succeeds, and the power takes them', () => {
  const { disk, handlers, read } = diskWith({ '/a': [3, 7] })
  const fault = new FailedSync({ path: '/a' })
  disk.addFault(fault)
  handlers.write({ path: '/a', offset: 0, bytes: bytesOf(5, 1) })
  expect(codeOf(() => handlers.sync({ path: '/a' }))).toBe('input-output')
  handlers.sync({ path: '/a' })
  expect([read('/a'), fault.fired]).toEqual([[1, 1, 1, 1, 1], 1])
  const kept = disk.fork()
  disk.powerLoss(RandomStream.fromSeed(1), 'everything')
  // The size is durable, the bytes are what the medium had.
  expect(read('/a')).toEqual([7, 7, 7, 0, 0])
  // What is written anew is written.
  const again = kept.handlers()
  again.write({ path: '/a', offset: 4, bytes: bytesOf(1, 9) })
  again.sync({ path: '/a' })
  kept.powerLoss(RandomStream.fromSeed(1), 'nothing')
  expect([...kept.handlers().read({ path: '/a', offset: 0, length: 9 })]).toEqual([1, 1, 1, 1, 9])
})

test('whatever power loss draws, given-up pages are gone and others are as promised (property)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 4 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 4 }),
      (seed, givenUp, rewritten) => {
        const { disk, handlers, read } = diskWith({ '/a': [8 * 512, 7] })
        for (const sector of givenUp)
          handlers.write({ path: '/a', offset: sector * 512, bytes: bytesOf(512, 1) })
        const fault = new FailedSync()
        disk.addFault(fault)
        codeOf(() => handlers.sync({ path: '/a' }))
        disk.removeFault(fault)
        for (const sector of rewritten)
          handlers.write({ path: '/a', offset: sector * 512, bytes: bytesOf(512, 2) })
        handlers.sync({ path: '/a' })
        disk.powerLoss(RandomStream.fromSeed(seed))
        const bytes = read('/a')
        for (let sector = 0; sector < 8; sector += 1) {
          expect(bytes[sector * 512]).toBe(rewritten.includes(sector) ? 2 : 7)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('a fork counts its own calls', () => {
  const { disk, handlers } = diskWith({ '/a': [1, 7] })
  disk.addFault(new LostWrite({ times: 1 }))
  const fork = disk.fork()
  handlers.write({ path: '/a', offset: 0, bytes: bytesOf(1, 1) })
  const forked = fork.handlers()
  forked.write({ path: '/a', offset: 0, bytes: bytesOf(1, 1) })
  forked.write({ path: '/a', offset: 0, bytes: bytesOf(1, 2) })
  handlers.write({ path: '/a', offset: 0, bytes: bytesOf(1, 3) })
  expect([disk.pristine('/a')[0], fork.pristine('/a')[0]]).toEqual([3, 2])
})

test('faults meet only what lies below their directory', () => {
  const { disk, handlers, read } = diskWith({ '/in/a': [1, 7], '/inner': [1, 7] })
  disk.addFault(new LostWrite({ below: '/in', times: Number.POSITIVE_INFINITY }))
  for (const path of ['/in/a', '/inner']) handlers.write({ path, offset: 0, bytes: bytesOf(1, 1) })
  expect([read('/in/a'), read('/inner')]).toEqual([[7], [1]])
})

test('somebody else may take the space; what it was taken from tells whom it hit', () => {
  const { disk, handlers } = diskWith({ '/a': [1, 7] })
  const hit: string[] = []
  const first = disk.takeSpace(8_192, (path) => hit.push(path))
  const second = disk.takeSpace(0, (path) => hit.push(path))
  expect(handlers.space({ path: '/' }).freeBytes).toBe(0)
  expect(codeOf(() => handlers.truncate({ path: '/a', sizeBytes: 5_000 }))).toBe('disk-full')
  second()
  expect(handlers.space({ path: '/' }).freeBytes).toBe(8_192)
  expect(codeOf(() => handlers.truncate({ path: '/a', sizeBytes: 5_000 }))).toBe('done')
  first()
  expect(handlers.space({ path: '/' }).freeBytes).toBe((1 << 20) - 8_192)
  expect(hit).toEqual(['/a'])
})

test('a read-only disk is told of each path that it refuses', () => {
  const { disk, handlers } = diskWith({ '/a': [1, 7] })
  const refused: string[] = []
  const fault = new ReadOnly((path) => refused.push(path))
  disk.addFault(fault)
  expect(codeOf(() => handlers.write({ path: '/a', offset: 0, bytes: bytesOf(1, 1) }))).toBe(
    'permission-denied',
  )
  expect(codeOf(() => disk.writeBlob(ROOT, { path: '/b', mode: 0o600, blob: bytesOf(1, 1) }))).toBe(
    'permission-denied',
  )
  expect(refused).toEqual(['/a', '/b'])
  disk.removeFault(fault)
  expect(codeOf(() => handlers.write({ path: '/a', offset: 0, bytes: bytesOf(1, 1) }))).toBe('done')
})

test('of a file that was arriving a part is kept, whatever meets calls; of nothing, nothing', () => {
  const { disk, read } = diskWith({ '/a': [10, 7] })
  disk.addFault(new ReadOnly())
  for (const path of ['/a', '/none', '/none/below', '/']) disk.keepPart(path, 0.39)
  expect(read('/a')).toEqual([7, 7, 7])
})

test('bytes below a directory are counted without anybody seeing it', () => {
  const { disk } = diskWith({ '/in/a': [10, 7], '/in/deep/b': [5, 7], '/c': [3, 7] })
  const counted = ['/in', '/c', '/none', '/none/below'].map((path) => disk.bytesBelow(path))
  expect(counted).toEqual([15, 3, 0, 0])
})
