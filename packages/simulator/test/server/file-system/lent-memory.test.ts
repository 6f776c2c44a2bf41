import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { driveAsync, environment, FileSystem, type OperatingError, unwrap } from '@dr-drill/runbook-core'
import { type NodeFileSystem, nodeFileSystem } from '@dr-drill/simulator/server'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'

let root: string
let files: NodeFileSystem

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dr-drill-lent-'))
  files = nodeFileSystem({ root, durable: false })
})
afterEach(() => {
  files.close()
  rmSync(root, { recursive: true, force: true })
})

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const read = async (offset: number, length: number, into?: Uint8Array, path = '/f'): Promise<Uint8Array> => {
  const input = { path, offset, length, ...(into === undefined ? {} : { into }) }
  return unwrap(await driveAsync(FileSystem.read(input), environment({ FileSystem: files })))
}
/** Files below the root that this process holds open. */
const held = (): number =>
  readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith(`${root}/`)
    } catch {
      return false
    }
  }).length

test('any sequence of reads answers the same, with memory lent or without', async () => {
  const content = Uint8Array.from({ length: 40_000 }, (_, at) => (at * 31 + (at >> 8)) & 0xff)
  writeFileSync(join(root, 'f'), content)
  const memories = [new Uint8Array(50_000), new Uint8Array(50_000)]
  const step = fc.record({
    offset: fc.oneof(fc.integer({ min: 0, max: 41_000 }), fc.constant('next' as const)),
    length: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 16_000, max: 40_000 })),
    memory: fc.constantFrom(0, 1, null),
  })
  const property = fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
    let next = 0
    for (const { offset, length, memory } of steps) {
      const from = offset === 'next' ? next : offset
      const lent = memory === null ? undefined : memories[memory]
      lent?.fill(0xee)
      const bytes = await read(from, length, lent)
      expect(Buffer.compare(bytes, content.subarray(from, from + length))).toBe(0)
      if (lent !== undefined) expect(bytes.buffer).toBe(lent.buffer)
      next = from + bytes.length
    }
  })
  await fc.assert(property, { numRuns: process.env.DRILL_TEST_LONG === '1' ? 1_000 : 60 })
})

test('a pass goes on in the file that it began, though another has its name by now; the next pass sees that one', async () => {
  writeFileSync(join(root, 'f'), 'old-old-old')
  const memory = new Uint8Array(4)
  expect(text(await read(0, 4, memory))).toBe('old-')
  writeFileSync(join(root, 'new'), 'new-new-new')
  renameSync(join(root, 'new'), join(root, 'f'))
  expect(text(await read(4, 4, memory))).toBe('old-')
  expect(text(await read(8, 4, memory))).toBe('old')
  expect(text(await read(0, 4, memory))).toBe('new-')
  expect(text(await read(0, 4))).toBe('new-')
})

test('a file that grows is read to its new end', async () => {
  writeFileSync(join(root, 'f'), 'abcd')
  const memory = new Uint8Array(4)
  expect(text(await read(0, 4, memory))).toBe('abcd')
  expect(text(await read(4, 4, memory))).toBe('')
  appendFileSync(join(root, 'f'), 'ef')
  expect(text(await read(4, 4, memory))).toBe('ef')
})

test('what is removed is gone for a pass, too, and descriptors are given back', async () => {
  writeFileSync(join(root, 'f'), 'abcdefgh')
  const memory = new Uint8Array(4)
  await read(0, 4, memory)
  expect(held()).toBe(1)
  unwrap(await driveAsync(FileSystem.remove({ path: '/f' }), environment({ FileSystem: files })))
  expect(held()).toBe(0)
  await expect(read(4, 4, memory)).rejects.toMatchObject({
    code: 'file-missing',
  } satisfies Partial<OperatingError>)
  writeFileSync(join(root, 'f'), 'abcd')
  await read(0, 4, memory)
  await read(4, 4, memory)
  expect(held()).toBe(0)
})

test('passes given up half-way hold few descriptors, and none once the file system is closed', async () => {
  const names = Array.from({ length: 20 }, (_, at) => `f${at}`)
  for (const name of names) writeFileSync(join(root, name), name.repeat(4))
  for (const name of names) await read(0, 2, new Uint8Array(2), `/${name}`)
  expect(held()).toBe(8)
  files.close()
  expect(held()).toBe(0)
})
