import { expect, test } from 'vitest'
import type { CliContext } from '../../../src/cli/context.ts'
import { type RunFlags, runRequest } from '../../../src/cli/run/run-options.ts'
import { codeOf } from '../../support/calls.ts'

const context = { directory: '/here' } as CliContext
const place = { runId: 'id', directory: '/here/drill-reports/id' }
const flags: RunFlags = { target: 'local', seed: '1', keep: 'on-failure', deadline: '30m', format: 'pretty' }
const request = (given: Partial<RunFlags>) =>
  runRequest({ ...flags, ...given }, 'full-restore', place, context)

test('without a source a production is generated and rehearsed', () => {
  expect(request({})).toMatchObject({
    mode: 'rehearsal',
    source: { kind: 'generated', assertions: null },
    deadlineMs: 1_800_000,
    seed: 1,
    work: '/here/drill-reports/id/work',
    archiveTo: null,
  })
})

test('existing backups are drilled; paths are those of the working directory', () => {
  const asked = request({
    source: 's3://bucket/prefix',
    endpoint: 'http://127.0.0.1:9000',
    ledger: 'W/ledger.jsonl',
    failureAt: '2026-02-11T18:42:00Z',
    param: ['rto=1s', 'accept-loss=true', 'trust-key=a=b'],
    approve: ['step=Ada'],
    workDir: '/big',
  })
  expect(asked).toMatchObject({
    mode: 'drill',
    source: { kind: 'store', url: 's3://bucket/prefix', endpoint: 'http://127.0.0.1:9000', region: null },
    ledger: '/here/W/ledger.jsonl',
    failureAt: Date.UTC(2026, 1, 11, 18, 42),
    params: { rto: '1s', 'accept-loss': 'true', 'trust-key': 'a=b' },
    approvals: { step: 'Ada' },
    work: '/big/id',
  })
})

test.each<[Partial<RunFlags>, string]>([
  [{ source: 's3://bucket', world: 'W' }, 'usage-invalid'],
  [{ ledger: 'L' }, 'usage-invalid'],
  [{ mode: 'drill' }, 'usage-invalid'],
  [{ mode: 'rehearsal', source: 's3://bucket' }, 'usage-invalid'],
  [{ seed: '-1' }, 'usage-invalid'],
  [{ seed: '1.5' }, 'usage-invalid'],
  [{ assertions: '0' }, 'usage-invalid'],
  [{ deadline: 'soon' }, 'usage-invalid'],
  [{ param: ['rto'] }, 'usage-invalid'],
  [{ param: ['=1s'] }, 'usage-invalid'],
  [{ param: ['rto=1s', 'rto=2s'] }, 'usage-invalid'],
  [{ source: 's3://bucket', failureAt: '2026-02-30T00:00:00Z' }, 'usage-invalid'],
  [{ source: 's3://bucket', trustKey: 'no-such-file' }, 'input-unreadable'],
])('%j is refused', async (given, code) => {
  expect(await codeOf(() => request(given))).toBe(code)
})

test('a random seed is a seed that can be given again', () => {
  const { seed } = request({ seed: 'random' })
  expect(request({ seed: String(seed) }).seed).toBe(seed)
})
