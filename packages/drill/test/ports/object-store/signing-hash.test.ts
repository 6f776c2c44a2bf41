import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SigningHash } from '../../../src/ports/object-store/signing-hash.ts'

const data = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array())

async function digestOf(hash: SigningHash, parts: readonly (string | Uint8Array)[]): Promise<string> {
  for (const part of parts) hash.update(part)
  return Buffer.from(await hash.digest()).toString('hex')
}

test('digests and MACs are those of node:crypto, whichever keys came before, and again after a reset', async () => {
  const secrets = fc.array(fc.option(data, { nil: undefined }), { minLength: 1, maxLength: 4 })
  const property = fc.asyncProperty(secrets, fc.array(data, { maxLength: 3 }), async (keys, parts) => {
    // Each key twice: the second time it has been prepared already.
    for (const key of [...keys, ...keys]) {
      const expected = key === undefined ? createHash('sha256') : createHmac('sha256', key)
      for (const part of parts) expected.update(part)
      const hex = expected.digest('hex')
      const hash = new SigningHash(key)
      expect(await digestOf(hash, parts)).toBe(hex)
      hash.reset()
      expect(await digestOf(hash, parts)).toBe(hex)
    }
  })
  await fc.assert(property, { numRuns: process.env.DRILL_TEST_LONG === '1' ? 2_000 : 100 })
})
