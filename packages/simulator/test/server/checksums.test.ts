import { portableChecksums } from '@dr-drill/runbook-core'
import { nativeChecksums } from '@dr-drill/simulator/server'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 1000 : 60
const bytes = fc.uint8Array({ maxLength: 300 })
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe('portable and native checksums agree', () => {
  it('on hashes, MACs and CRCs of any bytes, whole or in pieces', () => {
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const both = new Uint8Array([...first, ...second])
        const digest = portableChecksums.sha256Hex(both)
        expect(nativeChecksums.sha256Hex(both)).toBe(digest)
        for (const checksums of [portableChecksums, nativeChecksums]) {
          expect(checksums.sha256().update(first).update(second).hex()).toBe(digest)
          expect(checksums.crc32(second, checksums.crc32(first))).toBe(portableChecksums.crc32(both))
          expect(checksums.crc32c(second, checksums.crc32c(first))).toBe(portableChecksums.crc32c(both))
        }
        expect(nativeChecksums.crc32(both)).toBe(portableChecksums.crc32(both))
        expect([...nativeChecksums.hmacSha256(first, second)]).toEqual([
          ...portableChecksums.hmacSha256(first, second),
        ])
      }),
      { numRuns },
    )
  })

  it('on keys and signatures, and each accepts what the other signs', () => {
    fc.assert(
      fc.property(seed, bytes, (secret, message) => {
        const publicKey = portableChecksums.ed25519PublicKey(secret)
        expect([...nativeChecksums.ed25519PublicKey(secret)]).toEqual([...publicKey])
        const signature = portableChecksums.ed25519Sign(secret, message)
        expect([...nativeChecksums.ed25519Sign(secret, message)]).toEqual([...signature])
        expect(nativeChecksums.ed25519Verify(publicKey, message, signature)).toBe(true)
        expect(portableChecksums.ed25519Verify(publicKey, message, signature)).toBe(true)
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    )
  })

  it('that a signature with any bit of key, message or signature changed is false', () => {
    const part = fc.constantFrom(0, 1, 2)
    fc.assert(
      fc.property(
        seed,
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        part,
        fc.nat(),
        (secret, message, which, at) => {
          const parts = [
            portableChecksums.ed25519PublicKey(secret),
            message,
            portableChecksums.ed25519Sign(secret, message),
          ] as const
          const changed = parts.map((value) => Uint8Array.from(value))
          const target = changed[which]!
          target[at % target.length]! ^= 1 << (at % 8)
          for (const checksums of [portableChecksums, nativeChecksums]) {
            expect(checksums.ed25519Verify(changed[0]!, changed[1]!, changed[2]!)).toBe(false)
          }
        },
      ),
      { numRuns: Math.ceil(numRuns / 2) },
    )
  })

  it('that malformed keys and signatures are false, not thrown', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        bytes,
        fc.uint8Array({ maxLength: 70 }),
        (key, message, signature) => {
          expect(portableChecksums.ed25519Verify(key, message, signature)).toBe(false)
          expect(nativeChecksums.ed25519Verify(key, message, signature)).toBe(false)
        },
      ),
      { numRuns },
    )
  })

  it('that a secret key of a wrong length is refused', () => {
    for (const checksums of [portableChecksums, nativeChecksums]) {
      expect(() => checksums.ed25519Sign(new Uint8Array(33), new Uint8Array(1))).toThrow()
      expect(() => checksums.ed25519PublicKey(new Uint8Array(31))).toThrow()
    }
  })
})
