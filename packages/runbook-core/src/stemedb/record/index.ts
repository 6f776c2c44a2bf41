export {
  ASSERTION_LIMITS,
  type Assertion,
  assertionDigest,
  decodeAssertion,
  encodeAssertion,
  parseAssertion,
} from './assertion.ts'
export {
  BODY_BYTES_MAX,
  decodeFrame,
  encodeFrame,
  FRAME_HEADER_BYTES,
  type Frame,
  type FrameFault,
  type FrameFields,
  frameSize,
  writeFrame,
} from './frame.ts'
export { formatPosition, parsePosition, requirePosition } from './position.ts'
