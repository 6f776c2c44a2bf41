import { expect, test } from 'vitest'
import { opsDocument } from '../../../src/cli/ops/ops-document.ts'

test('begins with kind and version; times are RFC 3339, also inside; what is unknown stays null', () => {
  const text = opsDocument('verify-backup', {
    ok: true,
    verified: [{ name: 'b', stoppedAt: Date.UTC(2026, 1, 11, 18), totalBytes: 5 }],
    histories: [{ lastRecordAt: null }],
  })
  expect(text).toBe(
    '{"kind":"ops-verify-backup","schemaVersion":1,"ok":true,' +
      '"verified":[{"name":"b","stoppedAt":"2026-02-11T18:00:00.000Z","totalBytes":5}],' +
      '"histories":[{"lastRecordAt":null}]}',
  )
})
