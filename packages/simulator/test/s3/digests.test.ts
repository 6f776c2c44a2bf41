import { createHash } from 'node:crypto'
import { utf8Encode } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base64Decode, base64Encode } from '../../src/s3/digests/base64.ts'
import { portableS3Digests } from '../../src/s3/index.ts'
import { nativeS3Digests } from '../../src/server/s3/native-digests.ts'
import { numRuns } from './support.ts'

test('MD5 and SHA-1 agree with node:crypto, fed in any pieces (property)', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 5 }), (pieces) => {
      for (const algorithm of ['md5', 'sha1'] as const) {
        const ours = portableS3Digests[algorithm]()
        const native = nativeS3Digests[algorithm]()
        const reference = createHash(algorithm)
        for (const piece of pieces) {
          ours.update(piece)
          native.update(piece)
          reference.update(piece)
        }
        const expected = reference.digest('hex')
        expect([ours.hex(), native.hex()]).toEqual([expected, expected])
      }
    }),
    { numRuns: numRuns(200) },
  )
})

test('CRC-64/NVME has its check value and may be continued (property)', () => {
  const { crc64nvme } = portableS3Digests
  expect(crc64nvme(utf8Encode('123456789'))).toBe('ae8b14860a799888')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (a, b) => {
      const whole = new Uint8Array([...a, ...b])
      expect(crc64nvme(b, crc64nvme(a))).toBe(crc64nvme(whole))
    }),
    { numRuns: numRuns(200) },
  )
})

test('base64 agrees with Buffer; only canonical texts are read (property)', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.string({ maxLength: 12 }), (bytes, text) => {
      expect(base64Encode(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(base64Decode(base64Encode(bytes))).toEqual(bytes)
      const read = base64Decode(text)
      expect(read === null || Buffer.from(read).toString('base64') === text).toBe(true)
    }),
    { numRuns: numRuns(200) },
  )
})
