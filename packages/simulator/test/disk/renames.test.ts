import { RandomStream, SimulatedDisk, type SynchronousFileSystem } from '@dr-drill/simulator'
import { describe, expect, test } from 'vitest'
import { syncAll, tree } from './support.ts'

const MARK = new Uint8Array([7, 7, 7])

/** How often the marked file is found after each of many power losses. */
function finds(
  prepare: (files: SynchronousFileSystem) => void,
  act: (files: SynchronousFileSystem) => void,
): Set<number> {
  const counts = new Set<number>()
  for (let seed = 0; seed < 300; seed += 1) {
    const disk = new SimulatedDisk()
    const files = disk.handlers()
    for (const path of ['/d', '/g']) files.makeDirectory({ path, mode: 0o755 })
    disk.place('/g/f', MARK)
    prepare(files)
    syncAll(files)
    act(files)
    disk.powerLoss(RandomStream.fromSeed(seed))
    const paths = Object.keys(tree(files)).filter((path) => files.stat({ path })?.type === 'file')
    counts.add(paths.filter((path) => disk.pristine(path).join() === MARK.join()).length)
  }
  return counts
}

const nothing = () => {}

describe('an fsynced file is found after power loss, though', () => {
  test('it moved into a new directory, and only the old directory was fsynced', () => {
    const act = (files: SynchronousFileSystem) => {
      files.makeDirectory({ path: '/d/new', mode: 0o755 })
      files.rename({ from: '/g/f', to: '/d/new/f' })
      files.syncDirectory({ path: '/g' })
    }
    expect(finds(nothing, act)).toEqual(new Set([1]))
  })

  test('it moved into a new directory, and nothing was fsynced', () => {
    const act = (files: SynchronousFileSystem) => {
      files.makeDirectory({ path: '/d/new', mode: 0o755 })
      files.rename({ from: '/g/f', to: '/d/new/f' })
    }
    expect(finds(nothing, act)).toEqual(new Set([1, 2]))
  })

  test('its new name was that of a file that moved away before, and the move was fsynced by its old directory', () => {
    const prepare = (files: SynchronousFileSystem) => files.create({ path: '/d/name', mode: 0o600 })
    const act = (files: SynchronousFileSystem) => {
      files.rename({ from: '/d/name', to: '/d/away' })
      files.rename({ from: '/g/f', to: '/d/name' })
      files.syncDirectory({ path: '/g' })
    }
    expect(finds(prepare, act)).toEqual(new Set([1]))
  })

  test('its new name was that of a file made and removed before, and the move was fsynced by its old directory', () => {
    const act = (files: SynchronousFileSystem) => {
      files.create({ path: '/d/name', mode: 0o600 })
      files.remove({ path: '/d/name' })
      files.rename({ from: '/g/f', to: '/d/name' })
      files.syncDirectory({ path: '/g' })
    }
    expect(finds(nothing, act)).toEqual(new Set([1]))
  })

  test('the directory that it left was removed', () => {
    const act = (files: SynchronousFileSystem) => {
      files.rename({ from: '/g/f', to: '/d/f' })
      files.removeDirectory({ path: '/g' })
    }
    expect(finds(nothing, act)).toEqual(new Set([1, 2]))
  })

  test('the directory that it left was replaced by a new one', () => {
    const act = (files: SynchronousFileSystem) => {
      files.rename({ from: '/g/f', to: '/d/f' })
      files.makeDirectory({ path: '/new', mode: 0o755 })
      files.rename({ from: '/new', to: '/g' })
    }
    expect(finds(nothing, act)).toEqual(new Set([1, 2]))
  })

  test('its directory was moved twice, and only the last place was fsynced', () => {
    const act = (files: SynchronousFileSystem) => {
      files.rename({ from: '/g', to: '/d/g' })
      files.makeDirectory({ path: '/e', mode: 0o755 })
      files.rename({ from: '/d/g', to: '/e/g' })
      files.syncDirectory({ path: '/e' })
    }
    expect(finds(nothing, act)).toEqual(new Set([1]))
  })

  test('its new directory got its own last name before it was durable under the first', () => {
    const act = (files: SynchronousFileSystem) => {
      files.makeDirectory({ path: '/first', mode: 0o755 })
      files.rename({ from: '/first', to: '/d/last' })
      files.rename({ from: '/g/f', to: '/d/last/f' })
      files.syncDirectory({ path: '/d/last' })
      files.syncDirectory({ path: '/d' })
      files.syncDirectory({ path: '/g' })
    }
    expect(finds(nothing, act)).toEqual(new Set([1]))
  })
})

test('half a rename leaves one file with two names: its blocks are free when both are gone', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const disk = new SimulatedDisk()
    const files = disk.handlers()
    disk.place('/old', MARK)
    files.rename({ from: '/old', to: '/new' })
    disk.powerLoss(RandomStream.fromSeed(seed))
    const used = disk.usedBytes
    if (files.list({ path: '/' }).length < 2) continue
    files.remove({ path: '/old' })
    expect(disk.usedBytes).toBe(used)
    files.remove({ path: '/new' })
    expect([used, disk.usedBytes]).toEqual([4096, 0])
    return
  }
  expect.unreachable('no seed left both names')
})
