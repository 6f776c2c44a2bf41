import { OperatingError, portableChecksums, utf8Encode } from '@dr-drill/runbook-core'
import {
  backupFiles,
  metadataDifference,
  metadataOf,
  openEnvelope,
  readManifest,
  readMetadata,
  readSidecar,
  sealEnvelope,
  signatureStatus,
  writeManifest,
  writeMetadata,
  writeSidecar,
} from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { manifest, numRuns, sidecar } from './arbitraries.ts'

const READERS = {
  manifest: readManifest,
  metadata: readMetadata,
  sidecar: readSidecar,
  envelope: openEnvelope,
}
const secret = new Uint8Array(32).fill(7)
const publicKey = portableChecksums.ed25519PublicKey(secret)

function sign(payload: Uint8Array): Uint8Array {
  const signature = portableChecksums.ed25519Sign(secret, payload)
  return sealEnvelope(portableChecksums, payload, { signature, publicKey })
}

/** The document with some of its fields replaced. */
function altered(bytes: Uint8Array, fields: Record<string, unknown>): Uint8Array {
  const value = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>
  return utf8Encode(JSON.stringify({ ...value, ...fields }))
}

describe('documents of a backup', () => {
  it('manifest, metadata and sidecar read back as written', () => {
    fc.assert(
      fc.property(manifest, sidecar, (wanted, segment) => {
        const read = readManifest(writeManifest(wanted))
        expect({ ...read, files: new Set(read.files) }).toEqual({
          ...wanted,
          totalBytes: wanted.files.reduce((sum, file) => sum + file.sizeBytes, 0),
          files: new Set(wanted.files),
        })
        expect(readSidecar(writeSidecar(segment))).toEqual(segment)
        const metadata = metadataOf(read, { wal: 1, db: 2 })
        expect(metadataDifference(readMetadata(writeMetadata(metadata)), metadata)).toBeNull()
      }),
      { numRuns },
    )
  })

  it('every byte changed anywhere in a signed document is seen with the trust key', () => {
    const bytes = sign(writeSidecar(fc.sample(sidecar, { numRuns: 1, seed: 3 })[0]!))
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Uint8Array.from(bytes)
      changed[at]! ^= 1 << (at % 8)
      let status = 'unreadable'
      try {
        status = signatureStatus(portableChecksums, openEnvelope(changed), publicKey)
      } catch (error) {
        expect(error).toBeInstanceOf(OperatingError)
      }
      expect(status, `byte ${at}`).not.toBe('valid')
    }
  })

  it('a document is valid with its own key only, absent unsigned, unchecked without a key', () => {
    const payload = utf8Encode('{"kind":"anything"}\n')
    const envelope = openEnvelope(sign(payload))
    expect([...envelope.payload]).toEqual([...payload])
    expect(signatureStatus(portableChecksums, envelope, publicKey)).toBe('valid')
    expect(signatureStatus(portableChecksums, envelope, null)).toBe('unchecked')
    const other = portableChecksums.ed25519PublicKey(new Uint8Array(32).fill(8))
    expect(signatureStatus(portableChecksums, envelope, other)).toBe('invalid')
    const unsigned = openEnvelope(sealEnvelope(portableChecksums, payload, null))
    expect(signatureStatus(portableChecksums, unsigned, publicKey)).toBe('absent')
  })

  it('any bytes are read or refused with a typed error', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json({ maxDepth: 4 }).map(utf8Encode),
      fc.jsonValue().map((value) => {
        return utf8Encode(
          JSON.stringify({ kind: 'stemedb-segment-sidecar', schemaVersion: 1, number: value }),
        )
      }),
    )
    fc.assert(
      fc.property(bytes, fc.constantFrom(...Object.values(READERS)), (input, read) => {
        try {
          read(input)
        } catch (error) {
          expect(error).toBeInstanceOf(OperatingError)
        }
      }),
      { numRuns: numRuns * 5 },
    )
  })

  it.each(Object.entries(READERS))('deep nesting in a %s is a typed refusal', (_name, read) => {
    const deep = `{"kind":${'['.repeat(1_000_000)}`
    expect(() => read(utf8Encode(deep))).toThrow(OperatingError)
    const closed = `{"kind":${'['.repeat(500_000)}${']'.repeat(500_000)}}`
    expect(() => read(utf8Encode(closed))).toThrow(OperatingError)
  })
})

describe('where a history comes from', () => {
  const one = fc.sample(sidecar, { numRuns: 1, seed: 4 })[0]!
  const parent = 'cd'.repeat(16)
  const payload = writeSidecar({
    ...one,
    firstPosition: '11',
    lastPosition: String(10 + one.recordCount),
    lineage: null,
  })
  const told = (fields: Record<string, unknown>) => altered(payload, fields)

  it('is not told in files of earlier writers, which are read', () => {
    expect(Buffer.from(payload).toString()).not.toContain('parentHistory')
    expect(readSidecar(payload).lineage).toBeNull()
    const base = fc.sample(manifest, { numRuns: 1, seed: 4 })[0]!
    expect(readManifest(writeManifest({ ...base, lineage: null })).lineage).toBeNull()
  })

  it('is told by both fields or none', () => {
    const lineage = { parentHistory: parent, forkPosition: '10' }
    expect(readSidecar(told(lineage)).lineage).toEqual(lineage)
    expect(readSidecar(told({ parentHistory: null, forkPosition: '0' })).lineage?.parentHistory).toBeNull()
  })

  it.each([
    ['a parent alone', { parentHistory: parent }],
    ['a fork alone', { forkPosition: '10' }],
    ['itself as its parent', { parentHistory: one.history, forkPosition: '10' }],
    ['a fork behind what it holds', { parentHistory: parent, forkPosition: '11' }],
    ['a fork from nothing', { parentHistory: null, forkPosition: '10' }],
    ['a parent that is no history', { parentHistory: '0'.repeat(32), forkPosition: '10' }],
    ['a fork that is no position', { parentHistory: parent, forkPosition: -1 }],
  ])('with %s is refused', (_name, fields) => {
    expect(() => readSidecar(told(fields))).toThrow(expect.objectContaining({ code: 'input-invalid' }))
  })
})

describe('a hostile manifest', () => {
  const good = writeManifest(fc.sample(manifest, { numRuns: 1, seed: 5 })[0]!)
  type Fields = Record<string, unknown>
  const files = (JSON.parse(Buffer.from(good).toString()) as { files: Fields[] }).files
  const withFile = (fields: Fields) => ({ files: [files[0], { ...files[1], ...fields }, ...files.slice(2)] })
  const { stopPosition } = readManifest(good)
  const cases: [string, Fields][] = [
    ['a path that climbs', withFile({ path: 'db/../../etc/a.kv' })],
    ['an absolute path', withFile({ path: '/db/a.kv' })],
    ['a path twice', { files: [...files, files.at(-1)] }],
    ['an unsorted list', { files: [...files].reverse() }],
    ['a negative size', withFile({ sizeBytes: -1 })],
    ['a huge size', withFile({ sizeBytes: 2 ** 60 })],
    ['a size as text', withFile({ sizeBytes: '1' })],
    ['a total that is no sum', { totalBytes: 1 }],
    ['an upper-case digest', withFile({ sha256: 'A'.repeat(64) })],
    ['no metadata', { files: files.slice(1) }],
    ['files that are an object', { files: {} }],
    ['another kind', { kind: 'stemedb-segment-sidecar' }],
    ['version zero', { schemaVersion: 0 }],
    ['a version as text', { schemaVersion: '1' }],
    ['a position beyond 2^53', { stopPosition: '9999999999999999' }],
    ['a position with a sign', { stopPosition: '-1' }],
    ['a start beyond its stop', { startPosition: String(Number(stopPosition) + 1) }],
    ['a stop before its start', { stoppedAt: '1969-12-31T23:59:59.000Z' }],
    ['an instant with an offset', { startedAt: '2026-02-11T12:00:00+00:00' }],
    ['a name with a path', { name: '../stemedb-backup-20260211-180000' }],
  ]
  it.each(cases)('with %s is refused', (_name, fields) => {
    expect(() => readManifest(good)).not.toThrow()
    expect(() => readManifest(altered(good, fields))).toThrow(
      expect.objectContaining({ code: 'input-invalid' }),
    )
  })

  it('of a later schema version is refused as too new; unknown fields are ignored', () => {
    const newer = altered(good, { schemaVersion: 2 })
    expect(() => readManifest(newer)).toThrow(expect.objectContaining({ code: 'input-too-new' }))
    const wider = altered(good, { compression: 'none' })
    expect(readManifest(wider)).toEqual(readManifest(good))
  })

  it('that is sound gives keys below its own name only', () => {
    fc.assert(
      fc.property(manifest, (wanted) => {
        for (const file of backupFiles(readManifest(writeManifest(wanted)))) {
          expect(file.key).toBe(`${wanted.name}/${file.path}`)
          expect(file.key.split('/')).not.toContain('..')
        }
      }),
      { numRuns },
    )
  })
})

describe('a hostile sidecar', () => {
  const good = writeSidecar(fc.sample(sidecar, { numRuns: 1, seed: 9 })[0]!)
  it.each([
    ['a count that is not its span', { recordCount: 1_000_001 }],
    ['position zero', { firstPosition: '0' }],
    ['an end before its beginning', { lastRecordAt: '1970-01-01T00:00:00.000Z' }],
    ['a fractional number', { number: 1.5 }],
    ['a history of another form', { history: '../../../../../../../../../../../' }],
    ['a predecessor that is no digest', { predecessorSha256: '' }],
  ])('with %s is refused', (_name, fields) => {
    expect(() => readSidecar(altered(good, fields))).toThrow(
      expect.objectContaining({ code: 'input-invalid' }),
    )
  })
})
