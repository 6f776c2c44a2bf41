import {
  arrayPull,
  compareUtf8,
  type EntryCodec,
  externalSort,
  type Pull,
  pull,
  type Task,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { key } from './histories.ts'
import { MemoryFiles } from './memory-files.ts'
import { RUNS } from './runs.ts'

interface Entry {
  readonly key: string
  readonly values: readonly number[]
}

const codec: EntryCodec<Entry> = {
  combine: (a, b) => ({ key: a.key, values: [...a.values, ...b.values].sort((x, y) => x - y) }),
  sizeBytes: (entry) => 10 + entry.key.length,
  encode: (entry) => JSON.stringify(entry),
  decode: (text) => JSON.parse(text) as Entry,
}

function* collect(stream: Pull<Entry>): Task<Entry[]> {
  const items: Entry[] = []
  for (let item = yield* pull(stream); item !== undefined; item = yield* pull(stream)) items.push(item)
  return items
}

function inMemory(entries: readonly Entry[]): Entry[] {
  const byKey = new Map<string, Entry>()
  for (const entry of entries) {
    const known = byKey.get(entry.key)
    byKey.set(entry.key, known === undefined ? entry : codec.combine(known, entry))
  }
  return [...byKey.values()].sort((a, b) => compareUtf8(a.key, b.key))
}

test('sorting on disk gives what sorting in memory gives, twice, and leaves no file', () => {
  const entries = fc.array(fc.record({ key, values: fc.array(fc.nat(9), { maxLength: 2 }) }), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(
      entries,
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 2, max: 5 }),
      (items, memoryBytes, fanIn) => {
        const files = new MemoryFiles()
        const normal = items.map((item) => ({ ...item, values: [...item.values].sort((x, y) => x - y) }))
        const space = { workPath: '/w', name: 'test', memoryBytes, fanIn }
        const [first, second] = files.run(
          (function* (): Task<[Entry[], Entry[]]> {
            const sorted = yield* externalSort(arrayPull(normal), codec, space)
            const both: [Entry[], Entry[]] = [yield* collect(sorted.open()), yield* collect(sorted.open())]
            expect(files.files.size).toBeLessThanOrEqual(fanIn)
            yield* sorted.dispose()
            return both
          })(),
        )
        expect(first).toEqual(inMemory(normal))
        expect(second).toEqual(first)
        expect(files.files.size).toBe(0)
      },
    ),
    { numRuns: RUNS },
  )
})

test('a failing source leaves no run behind', () => {
  const files = new MemoryFiles()
  const failing: Pull<Entry> = {
    next: (() => {
      let count = 0
      return () => {
        count += 1
        if (count > 20) throw new RangeError('source broke')
        return { key: `k${count}`, values: [] }
      }
    })(),
    *more() {
      return false
    },
  }
  const space = { workPath: '/w', name: 'test', memoryBytes: 30, fanIn: 4 }
  expect(() => files.run(externalSort(failing, codec, space))).toThrow('source broke')
  expect(files.files.size).toBe(0)
})
