import { portableChecksums, type Task } from '@dr-drill/runbook-core'
import {
  checkpointFileName,
  encodeAssertion,
  encodeFrame,
  isUnfinishedCheckpoint,
  parseCheckpointFileName,
  RecordFileWriter,
  scanCheckpoint,
  unfinishedCheckpointName,
} from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertionOf, headerOf, MemoryFiles } from '../memory-files.ts'

const PATH = '/db/a.kv'

function* writeCheckpoint(applied: number, records: number, closes: boolean): Task<void> {
  const header = headerOf({ kind: 'checkpoint', firstPosition: 1, appliedPosition: applied })
  const writer = yield* RecordFileWriter.create(portableChecksums, { path: PATH, header, mode: 0o640 })
  for (let position = 1; position <= records; position += 1) {
    const body = encodeAssertion(assertionOf(position))
    const bytes = encodeFrame(portableChecksums, {
      position,
      at: position,
      durablePosition: position - 1,
      body,
    })
    yield* writer.append({ bytes, recordCount: 1, firstRecordAt: position, lastRecordAt: position })
  }
  if (closes) yield* writer.close()
}

test('names sort as positions do and read back; others are none', () => {
  fc.assert(
    fc.property(fc.nat({ max: 999_999_999_999 }), fc.nat({ max: 999_999_999_999 }), (a, b) => {
      expect(parseCheckpointFileName(checkpointFileName(a))).toBe(a)
      expect(checkpointFileName(a) < checkpointFileName(b)).toBe(a < b)
      expect(isUnfinishedCheckpoint(unfinishedCheckpointName(a))).toBe(true)
    }),
  )
  for (const name of [
    'checkpoint-1.kv',
    'checkpoint-000000000001.kv.tmp',
    'x.kv',
    'checkpoint-0000000000001.kv',
  ]) {
    expect(parseCheckpointFileName(name)).toBeNull()
  }
})

test.each(['blocks', 'records'] as const)('at depth %s only a complete checkpoint is undamaged', (depth) => {
  const scan = (applied: number, records: number, closes: boolean) => {
    const files = new MemoryFiles()
    files.run(writeCheckpoint(applied, records, closes))
    return files.run(scanCheckpoint(portableChecksums, PATH, { depth, digest: false }))
  }
  expect(scan(5, 5, true)).toMatchObject({ damage: null, recordCount: 5, sha256: null })
  expect(scan(0, 0, true).damage).toBeNull()
  expect(scan(5, 5, false).damage).not.toBeNull()
  expect(scan(5, 4, true).damage).not.toBeNull()
  expect(scan(4, 5, true).damage).not.toBeNull()
})
