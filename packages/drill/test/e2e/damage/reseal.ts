import { driveSync, environment, type PortHandlers, type Task } from '@dr-drill/runbook-core'
import {
  decodeAssertion,
  encodeAssertion,
  encodeFrame,
  type Frame,
  FrameReader,
  HEADER_BYTES,
  openEnvelope,
  RecordFileWriter,
  readEnds,
  readManifest,
  readSidecar,
  sealEnvelope,
  writeManifest,
  writeSidecar,
} from '@dr-drill/runbook-core/stemedb'
import { SimulatedDisk } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import type { Bucket } from './bucket.ts'

/** Seals a payload as whoever holds this secret key would. */
export function seal(payload: Uint8Array, secret: Uint8Array): Uint8Array {
  const publicKey = nativeChecksums.ed25519PublicKey(secret)
  return sealEnvelope(nativeChecksums, payload, {
    signature: nativeChecksums.ed25519Sign(secret, payload),
    publicKey,
  })
}

/** Alters one record of an archived segment and makes every checksum, digest and signature beside it agree again. */
export function resealSegment(bucket: Bucket, from: Bucket, key: string, secret: Uint8Array): void {
  const altered = alterRecord(from.bytes(key))
  bucket.replace(key, altered, true)
  const sidecar = readSidecar(openEnvelope(from.bytes(`${key}.json`)).payload)
  const sha256 = nativeChecksums.sha256Hex(altered)
  const payload = writeSidecar({ ...sidecar, sha256, sizeBytes: altered.length })
  bucket.replace(`${key}.json`, seal(payload, secret), true)
}

/** Alters one record of a backup's checkpoint and reseals its manifest. */
export function resealBackup(bucket: Bucket, from: Bucket, name: string, secret: Uint8Array): void {
  const manifestKey = `${name}/manifest.jsonl`
  const manifest = readManifest(openEnvelope(from.bytes(manifestKey)).payload)
  const data = manifest.files.find(({ path }) => path.startsWith('db/'))?.path ?? ''
  const altered = alterRecord(from.bytes(`${name}/${data}`))
  bucket.replace(`${name}/${data}`, altered, true)
  const changed = { sha256: nativeChecksums.sha256Hex(altered), sizeBytes: altered.length }
  const files = manifest.files.map((file) => (file.path === data ? { ...file, ...changed } : file))
  bucket.replace(manifestKey, seal(writeManifest({ ...manifest, files }), secret), true)
}

/** A segment or checkpoint with its last record's confidence changed, written anew by the format's own writer. */
function alterRecord(bytes: Uint8Array): Uint8Array {
  const disk = new SimulatedDisk()
  disk.place('/from', bytes)
  const world = environment({ FileSystem: disk.handlers() as unknown as PortHandlers })
  const exit = driveSync(rewrite(), world)
  if (exit?.kind !== 'success') throw exit?.kind === 'failure' ? exit.error : new Error('it was interrupted')
  return disk.pristine('/to')
}

function* rewrite(): Task<void> {
  const { header, footer } = yield* readEnds(nativeChecksums, '/from')
  if (header === null || footer === null) throw new Error('a closed file has header and footer')
  const reader = new FrameReader(nativeChecksums, {
    path: '/from',
    offset: HEADER_BYTES,
    end: footer.dataEnd,
    position: header.firstPosition,
  })
  const writer = yield* RecordFileWriter.create(nativeChecksums, { path: '/to', header, mode: 0o600 })
  for (let batch = yield* reader.next(); batch !== null; batch = yield* reader.next()) {
    for (const frame of batch) {
      const isLast = frame.position === footer.lastPosition
      yield* writer.append({
        bytes: isLast ? altered(frame) : frame.bytes,
        recordCount: 1,
        firstRecordAt: frame.at,
        lastRecordAt: frame.at,
      })
    }
  }
  yield* writer.close()
}

function altered(frame: Frame): Uint8Array {
  const assertion = decodeAssertion(frame.body)
  const body = encodeAssertion({ ...assertion, confidence: assertion.confidence === 0.5 ? 0.25 : 0.5 })
  return encodeFrame(nativeChecksums, { ...frame, body })
}
