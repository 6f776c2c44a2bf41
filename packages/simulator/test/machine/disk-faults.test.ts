import { FileSystem, type Task } from '@dr-drill/runbook-core'
import { type Durations, STANDARD_DURATIONS } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { TestMachine } from './support.ts'

function* written(path: string, sizeBytes: number): Task<void> {
  yield* FileSystem.create({ path, mode: 0o600 })
  yield* FileSystem.write({ path, offset: 0, bytes: new Uint8Array(sizeBytes) })
}

test('a full disk takes what fits; with the space given back it takes the rest', () => {
  const host = new TestMachine()
  const free = host.machine.control.fillDisk(8_192)
  expect(host.do(FileSystem.space({ path: '/' })).freeBytes).toBe(8_192)
  expect(host.codeOf(written('/a', 8_192))).toBe('done')
  expect(host.codeOf(written('/b', 1))).toBe('disk-full')
  expect(host.met).toEqual(['disk-full /b'])
  free()
  expect(host.codeOf(FileSystem.write({ path: '/b', offset: 0, bytes: new Uint8Array(1) }))).toBe('done')
  expect(host.met.length).toBe(1)
})

test('a disk that was remounted read-only can be read, and changed again when mended', () => {
  const host = new TestMachine()
  host.do(written('/a', 3))
  const mend = host.machine.control.remountReadOnly()
  const refused: readonly Task<unknown>[] = [
    FileSystem.create({ path: '/b', mode: 0o600 }),
    FileSystem.write({ path: '/a', offset: 0, bytes: new Uint8Array(1) }),
    FileSystem.truncate({ path: '/a', sizeBytes: 0 }),
    FileSystem.rename({ from: '/a', to: '/b' }),
    FileSystem.remove({ path: '/a' }),
    FileSystem.makeDirectory({ path: '/d', mode: 0o700 }),
    FileSystem.setMode({ path: '/a', mode: 0o600 }),
  ]
  for (const task of refused) expect(host.codeOf(task)).toBe('permission-denied')
  expect(host.met.length).toBe(refused.length)
  expect(host.do(FileSystem.read({ path: '/a', offset: 0, length: 9 })).length).toBe(3)
  mend()
  expect(host.codeOf(FileSystem.remove({ path: '/a' }))).toBe('done')
})

test('reading takes the time of the real size, in portions; on a slow disk so many times as long', () => {
  const durations: Durations = { ...STANDARD_DURATIONS, scale: 1_000, diskBytesPerSecond: 1_000_000 }
  const host = new TestMachine({ durations })
  const read = (): number => {
    const before = host.kernel.nowMs
    host.do(FileSystem.read({ path: '/a', offset: 0, length: 5_000 }))
    return host.kernel.nowMs - before
  }
  host.do(written('/a', 5_000))
  expect(host.kernel.nowMs).toBe(5_000)
  expect(read()).toBe(5_000)
  expect(host.met).toEqual([])
  const mend = host.machine.control.slowDisk(10)
  expect(read()).toBe(50_000)
  expect(host.met).toEqual(['disk-slow /a'])
  mend()
  expect(read()).toBe(5_000)
})

test('small reads are let pass together', () => {
  const durations: Durations = { ...STANDARD_DURATIONS, scale: 1_000, diskBytesPerSecond: 1_000_000 }
  const host = new TestMachine({ durations })
  host.do(written('/a', 1))
  const before = host.kernel.scheduled
  for (let count = 0; count < 248; count += 1) host.do(FileSystem.read({ path: '/a', offset: 0, length: 1 }))
  expect([host.kernel.nowMs, host.kernel.scheduled]).toEqual([0, before])
  host.do(FileSystem.read({ path: '/a', offset: 0, length: 1 }))
  expect(host.kernel.nowMs).toBe(250)
})
