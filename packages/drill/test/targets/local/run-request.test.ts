import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readRequest } from '../../../src/targets/local/run-request.ts'
import { codeOf } from '../../support/calls.ts'

let base: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'drill-request-'))
  writeFileSync(join(base, 'runbook.yaml'), 'text')
})
afterEach(() => rmSync(base, { recursive: true }))

const write = (value: unknown): void => writeFileSync(join(base, 'run.json'), JSON.stringify(value))
const sound = { kind: 'run-request', schemaVersion: 1, runId: '20260211-000000-aaaaaa', work: '/w' }

test('a kept request comes back with its runbook', () => {
  write(sound)
  expect(readRequest(base)).toEqual({ request: sound, runbookText: 'text' })
})

test('what is no request is refused before anything is done with it', async () => {
  const wrong = [
    null,
    [],
    'text',
    { ...sound, kind: 'journal' },
    { ...sound, work: 'relative' },
    { ...sound, work: ['/w'] },
    { ...sound, runId: '../up' },
    { ...sound, runId: '\u001b[2J' },
    { ...sound, runId: 17 },
  ]
  for (const value of wrong) {
    write(value)
    expect([value, await codeOf(() => readRequest(base))]).toEqual([value, 'input-invalid'])
  }
})
