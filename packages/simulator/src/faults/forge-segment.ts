import type { Checksums, Signed } from '@dr-drill/runbook-core'
import {
  BlockCrcs,
  decodeAssertion,
  decodeFooter,
  decodeFrame,
  encodeAssertion,
  encodeFooter,
  encodeFrame,
  type Frame,
  HEADER_BYTES,
  locateFooter,
  openEnvelope,
  readSidecar,
  sealEnvelope,
  TRAILER_BYTES,
  writeSidecar,
} from '@dr-drill/runbook-core/stemedb'
import type { RandomStream } from '../kernel/index.ts'

/** What the forger writes into the record. */
const TIER = 'forged'

/** Who signs a forged document. */
export type Sign = (payload: Uint8Array) => Signed

/** Signs with this secret. */
export function signerWith(checksums: Checksums, secret: Uint8Array): Sign {
  const publicKey = checksums.ed25519PublicKey(secret)
  return (payload) => ({ signature: checksums.ed25519Sign(secret, payload), publicKey })
}

/** A closed segment in which one record says something else, with every check of the format made anew; null when it has no record. */
export function forgeSegment(
  checksums: Checksums,
  bytes: Uint8Array,
  random: RandomStream,
): Uint8Array | null {
  const start = locateFooter(bytes.length, bytes.subarray(-TRAILER_BYTES))
  const footer = start === null ? null : decodeFooter(checksums, bytes.subarray(start), start)
  if (footer === null) return null
  const frames = framesOf(checksums, bytes, footer.dataEnd)
  if (frames.length === 0) return null
  const struck = random.pick(frames)
  const pieces = [
    bytes.subarray(0, HEADER_BYTES),
    ...frames.map((frame) => (frame === struck ? encodeFrame(checksums, altered(frame)) : frame.bytes)),
  ]
  const data = joined(pieces)
  const crcs = new BlockCrcs(checksums)
  crcs.update(data)
  const end = data.length
  return joined([
    data,
    encodeFooter(checksums, { ...footer, dataEnd: end, footerStart: end, blockCrcs: crcs.values() }),
  ])
}

/** The sidecar that fits a forged segment. */
export function forgeSidecar(
  checksums: Checksums,
  sidecar: Uint8Array,
  segment: Uint8Array,
  sign: Sign,
): Uint8Array {
  const told = readSidecar(openEnvelope(sidecar).payload)
  const payload = writeSidecar({
    ...told,
    sizeBytes: segment.length,
    sha256: checksums.sha256Hex(segment),
  })
  return sealEnvelope(checksums, payload, sign(payload))
}

function framesOf(checksums: Checksums, bytes: Uint8Array, end: number): Frame[] {
  const frames: Frame[] = []
  for (let at = HEADER_BYTES; at < end; ) {
    const frame = decodeFrame(checksums, bytes.subarray(0, end), at, 0)
    if ('kind' in frame) break
    frames.push(frame)
    at += frame.bytes.length
  }
  return frames
}

const altered = (frame: Frame) => ({
  ...frame,
  body: encodeAssertion({ ...decodeAssertion(frame.body), authority_tier: TIER }),
})

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
