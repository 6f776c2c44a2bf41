import { base64Decode } from '../digests/base64.ts'
import { isChecksumValue } from '../digests/running-checksum.ts'
import { S3Error } from '../errors/index.ts'
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, type ObjectChecksum } from '../storage/records.ts'

type Headers = ReadonlyMap<string, string>

/** `x-amz-checksum-crc32` and its kin. */
export const checksumHeader = (algorithm: ChecksumAlgorithm): string =>
  `x-amz-checksum-${algorithm.toLowerCase()}`

const BY_HEADER: ReadonlyMap<string, ChecksumAlgorithm> = new Map(
  CHECKSUM_ALGORITHMS.map((algorithm) => [checksumHeader(algorithm), algorithm]),
)

/** Checksum headers that carry no value. */
const NOT_VALUES = new Set(['x-amz-checksum-mode', 'x-amz-checksum-algorithm', 'x-amz-checksum-type'])

/** What a client says that the bytes must have. */
export interface ExpectedChecksum {
  readonly algorithm: ChecksumAlgorithm
  /** Base64; null: it will come in the trailer. */
  readonly value: string | null
}

/** The checksum that the headers promise; null when none. @throws InvalidRequest for several, unknown or unreadable ones */
export function expectedChecksum(headers: Headers): ExpectedChecksum | null {
  const found: ExpectedChecksum[] = []
  for (const [name, value] of headers) {
    if (!name.startsWith('x-amz-checksum-') || NOT_VALUES.has(name)) continue
    found.push({ algorithm: algorithmOf(name), value: checkedValue(algorithmOf(name), value) })
  }
  for (const name of (headers.get('x-amz-trailer') ?? '').toLowerCase().split(',')) {
    if (name.trim().startsWith('x-amz-checksum-'))
      found.push({ algorithm: algorithmOf(name.trim()), value: null })
  }
  if (found.length > 1) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    )
  }
  const announced = headers.get('x-amz-sdk-checksum-algorithm')
  if (announced !== undefined && found[0]?.algorithm !== announced.toUpperCase()) {
    throw new S3Error(
      'InvalidRequest',
      found.length === 0
        ? 'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'
        : 'Value for x-amz-sdk-checksum-algorithm header is invalid.',
    )
  }
  return found[0] ?? null
}

function algorithmOf(header: string): ChecksumAlgorithm {
  const algorithm = BY_HEADER.get(header)
  if (algorithm === undefined) throw new S3Error('InvalidRequest', `The checksum ${header} is not supported.`)
  return algorithm
}

/** A checksum value in the algorithm's spelling. @throws InvalidRequest */
export function checkedValue(algorithm: ChecksumAlgorithm, value: string): string {
  if (isChecksumValue(algorithm, value)) return value
  throw new S3Error('InvalidRequest', `Value for ${checksumHeader(algorithm)} header is invalid.`)
}

/** The algorithm that a multipart upload or copy asks for; null when none. @throws InvalidRequest */
export function requestedAlgorithm(headers: Headers): ChecksumAlgorithm | null {
  const text = headers.get('x-amz-checksum-algorithm')
  if (text === undefined) return null
  const algorithm = CHECKSUM_ALGORITHMS.find((name) => name === text.toUpperCase())
  if (algorithm === undefined) {
    throw new S3Error(
      'InvalidRequest',
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    )
  }
  return algorithm
}

/** Hex MD5 that Content-MD5 promises; null when absent. @throws InvalidDigest */
export function expectedMd5(headers: Headers): string | null {
  const text = headers.get('content-md5')
  if (text === undefined) return null
  const bytes = base64Decode(text)
  if (bytes?.length !== 16) throw new S3Error('InvalidDigest', undefined, { 'Content-MD5': text })
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The headers that tell a recorded checksum. */
export function checksumHeaders(checksum: ObjectChecksum | null): Record<string, string> {
  if (checksum === null) return {}
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type }
}
