import { Question, QuestionOfEach, recallEach } from '@dr-drill/runbook-core'
import { decodeBatch, encodeFrame, type FrameBatch } from '@dr-drill/runbook-core/stemedb'
import { BlobMemory, rememberingChecksums, SimulatedDisk } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const RUNS = process.env.DRILL_TEST_LONG === '1' ? 2_000 : 60

/** Checksums with a memory, and how often the digest of more than a few bytes was really computed. */
function counted() {
  const hashed: number[] = []
  const checksums = rememberingChecksums(
    {
      ...nativeChecksums,
      sha256Hex: (bytes) => {
        hashed.push(bytes.length)
        return nativeChecksums.sha256Hex(bytes)
      },
    },
    new BlobMemory(),
  )
  return { checksums, hashed }
}

/** All that a batch says, as one text. */
function told({ frames, fault, sizeBytes, isInOrder }: FrameBatch): string {
  const records = frames.map(({ position, at, durablePosition, offset, body, bytes }) => [
    [position, at, durablePosition, offset],
    nativeChecksums.sha256Hex(body),
    nativeChecksums.sha256Hex(bytes),
  ])
  return JSON.stringify({ records, fault, sizeBytes, isInOrder })
}

describe('what is remembered of blobs', () => {
  test('an answer is computed once per object and question', () => {
    const memory = new BlobMemory()
    const [size, first] = [new Question<number>('size'), new Question<number>('first')]
    const blob = Uint8Array.of(7, 8)
    let computed = 0
    const ask = (question: Question<number>, answer: number) =>
      memory.recall(question, blob, () => {
        computed += 1
        return answer
      })
    expect([ask(size, 2), ask(first, 7), ask(size, 99), ask(first, 99)]).toEqual([2, 7, 2, 7])
    expect(computed).toBe(2)
    expect(memory.recall(size, blob.slice(), () => 3)).toBe(3)
  })

  test('an error is thrown on and asked again', () => {
    const memory = new BlobMemory()
    const question = new Question<number>('fails once')
    const blob = new Uint8Array(1)
    expect(() =>
      memory.recall(question, blob, () => {
        throw new Error('broken')
      }),
    ).toThrow('broken')
    expect(memory.recall(question, blob, () => 1)).toBe(1)
  })

  test('notes are bounded: the oldest go', () => {
    const memory = new BlobMemory()
    const question = new Question<number>('note')
    for (let number = 0; number < 1000; number += 1) memory.note(question, number, number)
    const kept = Array.from({ length: 1000 }, (_, number) => memory.noted(question, number) !== undefined)
    expect(kept.filter(Boolean).length).toBeLessThan(100)
    expect(memory.noted(question, 999)).toBe(999)
  })

  test('a running digest of any pieces of a disk file is that of its bytes; of a whole file it is computed once', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 600, maxLength: 3000 }),
        // Of smaller pieces a file of this size has more than are kept.
        fc.array(fc.integer({ min: 16, max: 900 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        (bytes, sizes, tail) => {
          const { checksums, hashed } = counted()
          const disk = new SimulatedDisk({ lendsBytes: true })
          disk.place('/f', bytes)
          const read = () => {
            const digest = checksums.sha256()
            let offset = 0
            for (let piece = 0; offset < bytes.length; piece += 1) {
              const length = sizes[piece % sizes.length] as number
              digest.update(disk.handlers().read({ path: '/f', offset, length }))
              offset += length
            }
            if (tail) digest.update(bytes.subarray(0, 5))
            return digest.hex()
          }
          const whole = tail ? Buffer.concat([bytes, bytes.subarray(0, 5)]) : bytes
          expect([read(), read()]).toEqual(Array(2).fill(nativeChecksums.sha256Hex(whole)))
          expect(hashed.filter((length) => length >= 600)).toHaveLength(tail ? 0 : 1)
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('a disk that lends its bytes answers as one that copies, through writes, cuts and forks', () => {
    const change = fc.oneof(
      fc.record({ offset: fc.integer({ min: 0, max: 300 }), bytes: fc.uint8Array({ maxLength: 200 }) }),
      fc.record({ sizeBytes: fc.integer({ min: 0, max: 400 }) }),
    )
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const disks = [new SimulatedDisk({ lendsBytes: true }), new SimulatedDisk()]
        for (const disk of disks) disk.handlers().create({ path: '/f', mode: 0o600 })
        const lent: [bytes: Uint8Array, then: number[]][] = []
        for (const one of changes) {
          const answers = disks.map((disk) => {
            if ('bytes' in one) disk.handlers().write({ path: '/f', ...one })
            else disk.handlers().truncate({ path: '/f', ...one })
            return disk.fork().handlers().read({ path: '/f', offset: 3, length: 90 })
          })
          expect(answers[0]).toEqual(answers[1])
          const bytes = answers[0] as Uint8Array
          lent.push([bytes, [...bytes]])
        }
        // What was lent earlier is still what it was.
        for (const [bytes, then] of lent) expect([...bytes]).toEqual(then)
      }),
      { numRuns: RUNS },
    )
  })

  test('bytes that begin like others are decoded to what they are, damaged or not', () => {
    const records = fc.array(fc.uint8Array({ minLength: 400, maxLength: 900 }), {
      minLength: 30,
      maxLength: 40,
    })
    fc.assert(
      fc.property(records, fc.nat(), fc.nat(), (bodies, at, mask) => {
        const bytes = Buffer.concat(
          bodies.map((body, index) =>
            encodeFrame(nativeChecksums, { position: index + 1, at: 5, durablePosition: index, body }),
          ),
        )
        const other = Uint8Array.from(bytes)
        const place = at % other.length
        other[place] = (other[place] as number) ^ (mask % 256)
        const checksums = rememberingChecksums(nativeChecksums, new BlobMemory())
        for (const one of [bytes, other, Uint8Array.from(bytes)]) {
          expect(told(decodeBatch(checksums, one, 128))).toBe(told(decodeBatch(nativeChecksums, one, 128)))
        }
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    )
  })

  test('lists with a common beginning are answered for each of their items', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(5), { maxLength: 6 }), { maxLength: 8 }), (lists) => {
        const checksums = rememberingChecksums(nativeChecksums, new BlobMemory())
        const question = new QuestionOfEach<number, string>('as text')
        for (const list of lists) {
          const answers = recallEach(checksums, question, list, (item) => `<${item}>`)
          expect(answers).toEqual(list.map((item) => `<${item}>`))
        }
      }),
      { numRuns: RUNS },
    )
  })
})
