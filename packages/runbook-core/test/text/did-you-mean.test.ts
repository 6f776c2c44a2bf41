import fc from 'fast-check'
import { expect, test } from 'vitest'
import { didYouMean, nearest } from '../../src/text/did-you-mean.ts'

const names = ['select-backup', 'verify-backup', 'start-service', 'gate']

test('a known name is its own nearest, and one edit away it is still found', () => {
  const edits = fc.record({
    name: fc.constantFrom(...names),
    at: fc.nat(20),
    letter: fc.constantFrom('a', 'z', ''),
  })
  fc.assert(
    fc.property(edits, ({ name, at, letter }) => {
      expect(nearest(name, names)).toBe(name)
      const index = at % name.length
      const written = name.slice(0, index) + letter + name.slice(index + 1)
      expect(nearest(written, names)).toBe(name)
    }),
  )
})

test('swapped neighbours count once; far and endless names have no nearest', () => {
  expect(nearest('gaet', names)).toBe('gate')
  expect(nearest('xyzzy', names)).toBeNull()
  expect(nearest('select-backup'.repeat(10_000), names)).toBeNull()
})

test('without a near name it says what there is', () => {
  expect(didYouMean('xyzzy', ['a', 'b'])).toBe('There are: a, b.')
  expect(didYouMean('xyzzy', [])).toBe('There is none to choose from.')
})
