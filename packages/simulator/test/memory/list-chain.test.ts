import { beginningOf, QuestionOfEach, recallEach } from '@dr-drill/runbook-core'
import { BlobMemory, rememberingChecksums } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChainName, ListChain } from '../../src/memory/list-chain.ts'

const NAME = new ChainName<number>('numbers')
const DOUBLED = new QuestionOfEach<number, number>('doubled')
const remembering = () => rememberingChecksums(nativeChecksums, new BlobMemory())
const parts = fc.array(fc.array(fc.integer(), { maxLength: 40 }), { maxLength: 8 })

function chained(checksums: typeof nativeChecksums, given: readonly (readonly number[])[]) {
  return given.reduce((chain, part) => chain.with(part), ListChain.empty(checksums, NAME))
}

describe('lists put together from parts', () => {
  test('are the parts in order, with a memory and without (property)', () => {
    fc.assert(
      fc.property(parts, (given) => {
        for (const checksums of [nativeChecksums, remembering()]) {
          const chain = chained(checksums, given)
          expect(chain.list).toEqual(given.flat())
          expect(chain.length).toBe(given.flat().length)
        }
      }),
    )
  })

  test('the same parts are the same list again where there is a memory', () => {
    const checksums = remembering()
    const given = [[1, 2], [3], [4, 5]]
    expect(chained(checksums, given).list).toBe(chained(checksums, given).list)
  })

  test('of a list that ends with little of its own the beginning is the one that others have too', () => {
    const checksums = remembering()
    const common = [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]
    const [one, other] = [[9], [10]].map((own) => chained(checksums, [...common, own]).list)
    if (one === undefined || other === undefined) throw new Error('two lists were made')
    expect(beginningOf(one)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(beginningOf(other)).toBe(beginningOf(one))
  })

  test('answers about each item are the same whatever is known of a beginning (property)', () => {
    const checksums = remembering()
    fc.assert(
      fc.property(parts, fc.integer(), (given, own) => {
        const { list } = chained(checksums, [...given, [own]])
        const asked: number[] = []
        const answers = recallEach(checksums, DOUBLED, list, (item, index) => {
          asked.push(index)
          return 2 * item
        })
        expect(answers).toEqual(list.map((item) => 2 * item))
        expect(new Set(asked).size, 'no item is asked about twice').toBe(asked.length)
      }),
    )
  })
})
