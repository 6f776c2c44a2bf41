import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OperatingError } from '@dr-drill/runbook-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkSupplied } from '../../../src/targets/local/check-supplied.ts'
import type { RunRequest } from '../../../src/targets/local/run-request.ts'

let base: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'drill-supplied-'))
})
afterEach(() => rmSync(base, { recursive: true }))

const asked = (given: Partial<RunRequest>): Promise<string> =>
  checkSupplied({
    source: { kind: 'generated', assertions: null },
    archiveTo: null,
    ledger: null,
    ...given,
  } as RunRequest).then(
    () => 'fine',
    (thrown: OperatingError) => thrown.code,
  )
const file = (name: string, text: string): string => {
  writeFileSync(join(base, name), text)
  return join(base, name)
}
const LEDGER = { kind: 'ledger', schemaVersion: 1, unit: 'note', coverage: 'complete', order: 'none' }
const ledger = (header: object): string => file('ledger.jsonl', `${JSON.stringify(header)}\n`)

test.each([
  ['what is absent', () => join(base, 'absent'), 'input-unreadable'],
  ['what is no ledger', () => file('x', '{"kind":"readback"}\n'), 'input-invalid'],
  ['one of a later release', () => ledger({ ...LEDGER, schemaVersion: 2 }), 'input-too-new'],
  ['one with an unknown field', () => ledger({ ...LEDGER, mood: 'good' }), 'fine'],
])('a ledger is looked at before the run: %s', async (_, path, code) => {
  expect(await asked({ ledger: path() })).toBe(code)
})

test('a kept world is looked at before the run', async () => {
  const world = (text: string | null): Promise<string> => {
    if (text !== null) file('world.json', text)
    return asked({ source: { kind: 'world', directory: base } })
  }
  expect(await world(null)).toBe('input-unreadable')
  mkdirSync(join(base, 's3'))
  expect(await world(null)).toBe('input-unreadable')
  ledger(LEDGER)
  expect(await world(null)).toBe('fine')
  expect(await world('{"kind":"world","schemaVersion":1,"more":true}')).toBe('fine')
  expect(await world('{"kind":"world","schemaVersion":2}')).toBe('input-too-new')
  expect(await world('{"kind":"report","schemaVersion":1}')).toBe('input-unreadable')
  expect(await world('{')).toBe('input-unreadable')
})

test('stores that have not the form of one are told before the run', async () => {
  const store = { endpoint: null, region: null }
  expect(await asked({ source: { kind: 'store', url: 'http://bucket', ...store } })).toBe('usage-invalid')
  expect(await asked({ archiveTo: { url: 's3://Bucket', ...store } })).toBe('usage-invalid')
  expect(await asked({ archiveTo: { url: 's3://bucket', ...store } })).toBe('fine')
})
