import { BLOCK_BYTES, RandomStream, SECTOR_BYTES, SimulatedDisk } from '@dr-drill/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentCalls, fileSystemCalls } from '../conformance/file-system-calls.ts'
import { DurabilityModel } from './durability-model.ts'
import { imageOf, removeAll, runs, succeeds, syncAll, tree } from './support.ts'

const calls = fc.oneof(fileSystemCalls, contentCalls)
const seeds = fc.integer({ min: 0, max: 0xffff_ffff })

test('power loss leaves a state that the last fsyncs permit, again and again (property)', () => {
  fc.assert(
    fc.property(calls, fc.array(seeds, { minLength: 6, maxLength: 6 }), (made, drawn) => {
      const disk = new SimulatedDisk()
      const files = disk.handlers()
      const model = new DurabilityModel()
      for (const call of made) if (succeeds(files, call)) model.apply(call)
      for (const seed of drawn) {
        const fork = disk.fork()
        fork.powerLoss(RandomStream.fromSeed(seed))
        expect(model.objection(fork.handlers())).toBeNull()
        const settled = tree(fork.handlers())
        fork.powerLoss(RandomStream.fromSeed(seed + 1))
        expect(tree(fork.handlers())).toEqual(settled)
        // Half a rename leaves one file with two names.
        expect(fork.usedBytes).toBeLessThanOrEqual(blocksIn(settled))
        removeAll(fork.handlers())
        expect(fork.usedBytes).toBe(0)
      }
      expect(model.objection(files)).toBeNull()
      expect(disk.usedBytes).toBe(blocksIn(tree(files)))
    }),
    { numRuns: runs(80, 3000) },
  )
})

test('after every file and directory was fsynced, every power loss leaves everything (property)', () => {
  fc.assert(
    fc.property(calls, seeds, (made, seed) => {
      const disk = new SimulatedDisk()
      const files = disk.handlers()
      for (const call of made) succeeds(files, call)
      syncAll(files)
      const before = tree(files)
      disk.powerLoss(RandomStream.fromSeed(seed))
      expect(tree(files)).toEqual(before)
    }),
    { numRuns: runs(60, 2000) },
  )
})

test('the extreme that loses nothing loses nothing, and the one that loses all is the same at any later time', () => {
  fc.assert(
    fc.property(calls, seeds, (made, seed) => {
      const disk = new SimulatedDisk()
      const files = disk.handlers()
      for (const call of made) succeeds(files, call)
      const kept = disk.fork()
      kept.powerLoss(RandomStream.fromSeed(seed), 'everything')
      expect(tree(kept.handlers())).toEqual(tree(files))
      const lost = disk.fork()
      lost.powerLoss(RandomStream.fromSeed(seed), 'nothing')
      // Calls that fsync nothing change nothing of what is durable.
      for (const call of made) {
        if (call.method !== 'sync' && call.method !== 'syncDirectory') succeeds(files, call)
      }
      disk.powerLoss(RandomStream.fromSeed(seed), 'nothing')
      expect(tree(files)).toEqual(tree(lost.handlers()))
    }),
    { numRuns: runs(60, 2000) },
  )
})

test('when nothing unsynced survives, each file is as its last fsync left it (property)', () => {
  fc.assert(
    fc.property(contentCalls, seeds, (made, seed) => {
      const disk = new SimulatedDisk()
      const files = disk.handlers()
      const model = new DurabilityModel()
      for (const call of made) if (succeeds(files, call)) model.apply(call)
      files.syncDirectory({ path: '/' })
      disk.powerLoss(RandomStream.fromSeed(seed), 'nothing')
      for (const path of ['/a', '/b']) expect(disk.pristine(path)).toEqual(model.durableContent(path))
    }),
    { numRuns: runs(60, 2000) },
  )
})

test('whatever moves to fresh names, and whatever directories were fsynced, no fsynced file is lost (property)', () => {
  const step = fc.record({
    kind: fc.constantFrom('move', 'move', 'move', 'make', 'remove', 'sync'),
    node: fc.nat(20),
    directory: fc.nat(10),
  })
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 14, size: 'max' }),
      fc.array(seeds, { minLength: 8, maxLength: 8 }),
      (steps, drawn) => {
        const disk = new SimulatedDisk()
        const files = disk.handlers()
        for (const path of ['/d', '/d/e', '/g']) files.makeDirectory({ path, mode: 0o755 })
        ;['/free', '/d/mark', '/d/e/mark', '/g/mark'].forEach((path, index) => {
          disk.place(path, new Uint8Array([index]))
        })
        syncAll(files)
        steps.forEach(({ kind, node, directory }, index) => {
          const shown = Object.keys(tree(files)).filter((path) => path !== '/' && !path.endsWith('/mark'))
          const directories = ['/', ...shown.filter((path) => files.stat({ path })?.type === 'directory')]
          const within = directories[directory % directories.length] as string
          const fresh = `${within === '/' ? '' : within}/${index}`
          const path = shown[node % shown.length] as string
          if (kind === 'move') succeeds(files, { method: 'rename', input: { from: path, to: fresh } })
          else if (kind === 'make') files.makeDirectory({ path: fresh, mode: 0o755 })
          else if (kind === 'remove') succeeds(files, { method: 'removeDirectory', input: { path: within } })
          else files.syncDirectory({ path: within })
        })
        for (const seed of drawn) {
          const fork = disk.fork()
          fork.powerLoss(RandomStream.fromSeed(seed))
          const left = Object.keys(tree(fork.handlers()))
          const marks = left.filter((path) => path.endsWith('/mark')).map((path) => fork.pristine(path)[0])
          // A directory that had two names would show its mark twice.
          expect(marks.sort()).toEqual([1, 2, 3])
          const isFree = (path: string) =>
            fork.handlers().stat({ path })?.type === 'file' && fork.pristine(path)[0] === 0
          expect(left.some(isFree)).toBe(true)
        }
      },
    ),
    { numRuns: runs(150, 5000) },
  )
})

test('a directory that was moved through another one, which was then removed, is not lost by an fsync in between', () => {
  const disk = new SimulatedDisk()
  const files = disk.handlers()
  for (const path of ['/d', '/d/e', '/g']) files.makeDirectory({ path, mode: 0o755 })
  disk.place('/d/e/mark', new Uint8Array([2]))
  syncAll(files)
  files.makeDirectory({ path: '/d/new', mode: 0o755 })
  files.rename({ from: '/d/e', to: '/d/new/e' })
  files.rename({ from: '/d/new/e', to: '/g/e' })
  files.removeDirectory({ path: '/d/new' })
  files.syncDirectory({ path: '/d' })
  disk.powerLoss(RandomStream.fromSeed(1), 'nothing')
  expect(files.list({ path: '/g' }).map(({ name }) => name)).toEqual(['e'])
  expect(files.list({ path: '/d' })).toEqual([])
})

test('the same seed leaves the same state, byte for byte; a fork and its origin do not touch each other', () => {
  fc.assert(
    fc.property(calls, calls, seeds, (made, more, seed) => {
      const disk = new SimulatedDisk()
      for (const call of made) succeeds(disk.handlers(), call)
      const before = imageOf(disk)
      const forks = [disk.fork(), disk.fork().fork()]
      const untouched = disk.fork()
      const images = forks.map((fork) => {
        expect(imageOf(fork)).toBe(before)
        for (const call of more) succeeds(fork.handlers(), call)
        fork.powerLoss(RandomStream.fromSeed(seed))
        return imageOf(fork)
      })
      expect(images[0]).toBe(images[1])
      expect(imageOf(disk)).toBe(before)
      for (const call of more) succeeds(disk.handlers(), call)
      expect(imageOf(untouched)).toBe(before)
      disk.powerLoss(RandomStream.fromSeed(seed))
      expect(imageOf(disk)).toBe(images[0])
    }),
    { numRuns: runs(40, 1000) },
  )
})

/** Two unsynced writes over four durable sectors, then power loss: which sectors are new, as text. */
function tornPattern(seed: number): string {
  const disk = new SimulatedDisk()
  const files = disk.handlers()
  files.create({ path: '/f', mode: 0o600 })
  files.write({ path: '/f', offset: 0, bytes: new Uint8Array(4 * SECTOR_BYTES).fill(1) })
  syncAll(files)
  files.write({ path: '/f', offset: 0, bytes: new Uint8Array(2 * SECTOR_BYTES).fill(2) })
  files.write({ path: '/f', offset: 2 * SECTOR_BYTES, bytes: new Uint8Array(2 * SECTOR_BYTES).fill(2) })
  disk.powerLoss(RandomStream.fromSeed(seed))
  const bytes = disk.pristine('/f')
  return [0, 1, 2, 3].map((sector) => bytes[sector * SECTOR_BYTES]).join('')
}

test('writes tear: nothing, all, parts, and a later write without an earlier one are all seen (canary)', () => {
  const patterns = new Set(Array.from({ length: 400 }, (_, seed) => tornPattern(seed)))
  expect(patterns.size).toBe(16)
  expect(patterns).toContain('1111')
  expect(patterns).toContain('2222')
  expect(patterns).toContain('1122')
})

test('a sector that was rewritten before any fsync is seen empty, as first written, and as last written (canary)', () => {
  const seen = new Set<number | undefined>()
  for (let seed = 0; seed < 200; seed += 1) {
    const disk = new SimulatedDisk()
    const files = disk.handlers()
    files.create({ path: '/f', mode: 0o600 })
    files.syncDirectory({ path: '/' })
    for (const fill of [1, 2])
      files.write({ path: '/f', offset: 0, bytes: new Uint8Array(SECTOR_BYTES).fill(fill) })
    disk.powerLoss(RandomStream.fromSeed(seed))
    seen.add(disk.pristine('/f')[0])
  }
  expect(seen).toEqual(new Set([undefined, 0, 1, 2]))
})

test('a rename that was not fsynced is seen not done, done, and with both names (canary)', () => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 200; seed += 1) {
    const disk = new SimulatedDisk()
    const files = disk.handlers()
    disk.place('/old', new Uint8Array([1]))
    files.rename({ from: '/old', to: '/new' })
    disk.powerLoss(RandomStream.fromSeed(seed))
    seen.add(
      files
        .list({ path: '/' })
        .map((entry) => entry.name)
        .join(),
    )
  }
  expect([...seen].sort()).toEqual(['new', 'new,old', 'old'])
})

test('a mode that was not fsynced is seen old and new (canary)', () => {
  const modes = new Set<number | undefined>()
  for (let seed = 0; seed < 100; seed += 1) {
    const disk = new SimulatedDisk()
    disk.place('/f', new Uint8Array([1]), { mode: 0o600 })
    disk.handlers().setMode({ path: '/f', mode: 0o640 })
    disk.powerLoss(RandomStream.fromSeed(seed))
    modes.add(disk.handlers().stat({ path: '/f' })?.mode)
  }
  expect(modes).toEqual(new Set([0o600, 0o640]))
})

test('draws for one file do not shift those for another', () => {
  const tornOf = (extra: boolean) => {
    const disk = new SimulatedDisk()
    const files = disk.handlers()
    for (const path of extra ? ['/a', '/z'] : ['/z']) {
      disk.place(path, new Uint8Array(64 * SECTOR_BYTES))
      files.write({ path, offset: 0, bytes: new Uint8Array(64 * SECTOR_BYTES).fill(7) })
    }
    disk.powerLoss(RandomStream.fromSeed(11), 'mixture')
    return disk.pristine('/z')
  }
  expect(tornOf(true)).toEqual(tornOf(false))
})

function blocksIn(shown: Record<string, unknown>): number {
  let bytes = 0
  for (const entry of Object.values(shown)) {
    const stat = Array.isArray(entry) ? (entry[0] as { sizeBytes: number }) : null
    if (stat !== null) bytes += Math.ceil(stat.sizeBytes / BLOCK_BYTES) * BLOCK_BYTES
  }
  return bytes
}
