import { OperatingError } from '@dr-drill/runbook-core'
import { RandomStream, ROOT, SimulatedDisk } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { imageOf } from './support.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const text = (data: Uint8Array) => Buffer.from(data).toString()

function written(options: { sync: boolean; syncDirectory: boolean }) {
  const disk = new SimulatedDisk()
  const fs = disk.handlers()
  fs.create({ path: '/wal', mode: 0o640 })
  fs.write({ path: '/wal', offset: 0, bytes: bytes('record') })
  if (options.sync) fs.sync({ path: '/wal' })
  if (options.syncDirectory) fs.syncDirectory({ path: '/' })
  return { disk, fs }
}

test('with both fsyncs a file survives every power loss', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const { disk, fs } = written({ sync: true, syncDirectory: true })
    disk.powerLoss(RandomStream.fromSeed(seed))
    expect(text(fs.read({ path: '/wal', offset: 0, length: 100 }))).toBe('record')
  }
})

test.each([
  { sync: false, syncDirectory: true, lost: 'bytes' },
  { sync: true, syncDirectory: false, lost: 'name' },
])('without one of the fsyncs some seed loses the $lost (canary)', (missing) => {
  const outcomes = new Set<string>()
  for (let seed = 0; seed < 50; seed += 1) {
    const { disk, fs } = written(missing)
    disk.powerLoss(RandomStream.fromSeed(seed))
    const there = fs.stat({ path: '/wal' }) !== null
    outcomes.add(there ? text(fs.read({ path: '/wal', offset: 0, length: 100 })) : 'no file')
  }
  expect(outcomes.has('record')).toBe(true)
  expect(outcomes.size).toBeGreaterThan(1)
})

test('the death of a process keeps what it wrote', () => {
  const { disk, fs } = written({ sync: false, syncDirectory: false })
  disk.processDeath()
  expect(text(fs.read({ path: '/wal', offset: 0, length: 6 }))).toBe('record')
})

test('a fork shares the state and nothing after it', () => {
  const { disk, fs } = written({ sync: true, syncDirectory: false })
  const fork = disk.fork()
  expect(imageOf(fork)).toBe(imageOf(disk))
  fork.handlers().write({ path: '/wal', offset: 0, bytes: bytes('R') })
  expect(text(fs.read({ path: '/wal', offset: 0, length: 6 }))).toBe('record')
  fs.write({ path: '/wal', offset: 1, bytes: bytes('E') })
  expect(text(fork.pristine('/wal'))).toBe('Record')
  expect(imageOf(fork)).not.toBe(imageOf(disk))
  fork.powerLoss(RandomStream.fromSeed(1), 'nothing')
  expect(fork.handlers().list({ path: '/' })).toEqual([])
  expect(fs.list({ path: '/' })).toEqual([{ name: 'wal', type: 'file' }])
})

test('a full disk takes what fits and says so', () => {
  const disk = new SimulatedDisk({ capacityBytes: 8192 })
  const fs = disk.handlers()
  fs.create({ path: '/a', mode: 0o600 })
  expect(() => fs.write({ path: '/a', offset: 0, bytes: new Uint8Array(9000) })).toThrow(OperatingError)
  expect(fs.stat({ path: '/a' })?.sizeBytes).toBe(8192)
  expect(fs.space({ path: '/' })).toEqual({ totalBytes: 8192, freeBytes: 0 })
  fs.remove({ path: '/a' })
  expect(fs.space({ path: '/' }).freeBytes).toBe(8192)
})

test('a blob is placed and written without a copy, and known until the file changes', () => {
  const disk = new SimulatedDisk()
  const blob = bytes('x'.repeat(70_000))
  disk.place('/backup/db/kv', blob)
  expect(disk.blobOf('/backup/db/kv')).toBe(blob)
  disk.powerLoss(RandomStream.fromSeed(1), 'nothing')
  expect(disk.blobOf('/backup/db/kv')).toBe(blob)
  disk.writeBlob(ROOT, { path: '/copy', mode: 0o600, blob })
  disk.handlers().write({ path: '/copy', offset: 65_535, bytes: bytes('yy') })
  expect(disk.blobOf('/copy')).toBeNull()
  expect(text(disk.pristine('/copy').subarray(65_530, 65_540))).toBe('xxxxxyyxxx')
  expect(text(blob.subarray(65_530, 65_540))).toBe('xxxxxxxxxx')
})

test('rot is read, the pristine bytes stay known, and fresh bytes heal it', () => {
  const { disk, fs } = written({ sync: true, syncDirectory: true })
  let fired = 0
  disk.damage('/wal', { offset: 1, mask: new Uint8Array([1, 0, 2]), onRead: () => (fired += 1) })
  expect(text(fs.read({ path: '/wal', offset: 0, length: 6 }))).toBe('rdcmrd')
  expect(text(disk.pristine('/wal'))).toBe('record')
  expect(fired).toBe(1)
  fs.write({ path: '/wal', offset: 1, bytes: bytes('e') })
  expect(text(fs.read({ path: '/wal', offset: 0, length: 6 }))).toBe('recmrd')
  disk.powerLoss(RandomStream.fromSeed(3), 'everything')
  expect(text(fs.read({ path: '/wal', offset: 0, length: 6 }))).toBe('recmrd')
  expect(fired).toBe(3)
  expect(text(fs.read({ path: '/wal', offset: 0, length: 3 }))).toBe('rec')
  expect(fired).toBe(3)
  fs.truncate({ path: '/wal', sizeBytes: 3 })
  fs.truncate({ path: '/wal', sizeBytes: 6 })
  expect(text(fs.read({ path: '/wal', offset: 0, length: 6 }))).toBe('rec\0\0\0')
})
