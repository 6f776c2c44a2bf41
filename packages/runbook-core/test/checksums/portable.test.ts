import { hexDecode, hexEncode, portableChecksums, utf8Encode } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

describe('portable checksums against published vectors', () => {
  const check = utf8Encode('123456789')

  it('CRC-32 and CRC-32C of the check string', () => {
    expect(portableChecksums.crc32(check)).toBe(0xcbf43926)
    expect(portableChecksums.crc32c(check)).toBe(0xe3069283)
    expect(portableChecksums.crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(portableChecksums.crc32(new Uint8Array(0))).toBe(0)
  })

  it('SHA-256 and HMAC-SHA-256', () => {
    expect(portableChecksums.sha256Hex(utf8Encode('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    expect(
      hexEncode(portableChecksums.hmacSha256(utf8Encode('Jefe'), utf8Encode('what do ya want for nothing?'))),
    ).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  })

  it('Ed25519, test 2 of RFC 8032', () => {
    const secret = hexDecode('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')!
    expect(hexEncode(portableChecksums.ed25519PublicKey(secret))).toBe(
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    )
    expect(hexEncode(portableChecksums.ed25519Sign(secret, new Uint8Array([0x72])))).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
  })
})

describe('hex', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect([...hexDecode(hexEncode(bytes))!]).toEqual([...bytes])
      }),
      { numRuns: 50 },
    )
  })

  it('refuses everything else', () => {
    for (const text of ['a', 'AB', '0x', 'zz', ' ab', 'ab\n']) expect(hexDecode(text)).toBeNull()
  })
})
