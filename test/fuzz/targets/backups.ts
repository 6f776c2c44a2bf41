import {
  MANIFEST_FILE,
  METADATA_FILE,
  openEnvelope,
  parseArchiveKey,
  parseTrustKey,
  readManifest,
  readMetadata,
  readSidecar,
  signatureStatus,
} from '@dr-drill/runbook-core/stemedb'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { bytesOf, type FuzzTarget, textOf } from '../fuzz-target.ts'
import { objectsEnding, TRUST_KEY } from './samples.ts'

const KEY = parseTrustKey(TRUST_KEY)
const WORDS = [
  '"path":"',
  '../../etc/passwd',
  '"wal/segment-00001.wal"',
  '"sha256":',
  '"schemaVersion":2',
  '{"kind":',
  '"history":null',
]

/** A signed manifest: envelope, signature, JSON lines. */
export const manifest: FuzzTarget = {
  name: 'manifest',
  corpus: objectsEnding(MANIFEST_FILE),
  dictionary: WORDS,
  read(input) {
    const envelope = openEnvelope(input)
    const status = signatureStatus(nativeChecksums, envelope, KEY)
    const { files } = readManifest(envelope.payload)
    const outside = files.find(({ path }) => path.startsWith('/') || path.split('/').includes('..'))
    if (outside !== undefined) throw new Error(`a path that leaves its root was let in: ${outside.path}`)
    return `${status} ${Math.min(9, files.length)} files`
  },
}

/** `backup-metadata.json`. */
export const metadata: FuzzTarget = {
  name: 'metadata',
  corpus: objectsEnding(METADATA_FILE),
  dictionary: ['"timestamp":', '"assertion_count":', ...WORDS],
  read: (input) => `read ${Object.keys(readMetadata(input)).length}`,
}

/** The sidecar of an archived segment. */
export const sidecar: FuzzTarget = {
  name: 'sidecar',
  corpus: objectsEnding('.wal.json'),
  dictionary: WORDS,
  read(input) {
    const envelope = openEnvelope(input)
    const status = signatureStatus(nativeChecksums, envelope, KEY)
    return `${status} ${typeof readSidecar(envelope.payload).number}`
  },
}

/** Keys of an archive: whatever they are, they name a segment or nothing. */
export const archiveKey: FuzzTarget = {
  name: 'archive-key',
  corpus: [
    `wal-archive/${'0a'.repeat(16)}/segment-00001.wal`,
    `wal-archive/${'0a'.repeat(16)}/segment-123456.wal.json`,
  ].map(bytesOf),
  dictionary: ['wal-archive/', '.wal', '.json', '..', '%2e', '0'.repeat(32)],
  read(input) {
    const key = parseArchiveKey(textOf(input))
    if (key === null) return 'none'
    if (!/^[0-9a-f]{32}$/.test(key.history) || !Number.isSafeInteger(key.number))
      throw new Error('a key that is none')
    return key.isSidecar ? 'sidecar' : 'segment'
  },
}
