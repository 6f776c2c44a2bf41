import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ServiceUnit } from '@dr-drill/runbook-core'
import { stemedbApiService } from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseEnvironmentFile } from '../../../src/ports/supervisor/index.ts'
import { endpointBook } from '../../../src/targets/local/endpoints.ts'
import { localServiceHost } from '../../../src/targets/local/service-host.ts'
import { codeOf } from '../../support/calls.ts'

let root: string
const unit: ServiceUnit = stemedbApiService()

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'drill-host-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const place = (path: string, text: string): string => {
  const host = join(root, path)
  mkdirSync(dirname(host), { recursive: true })
  writeFileSync(host, text)
  return host
}

const host = () =>
  localServiceHost({
    root,
    account: null,
    programs: { '/opt/ours': ['node', 'main.js'] },
    variablesOf: () => ({ DRILL_ROOT: root }),
    onLine() {},
    historyNow: () => 0,
  })

test('a unit runs the file below the root with its environment file and nothing of this process', () => {
  const program = place(unit.argv[0], '')
  place('/etc/default/stemedb', '# comment\nRUST_LOG=info\nSTEMEDB_WAL_DIR="/a b"\n')
  const started = host().programOf(unit, 'token')
  expect(started.argv).toEqual([program])
  expect(started.directory).toBe(root)
  expect(started.env).toEqual({
    PATH: expect.stringContaining(dirname(process.execPath)),
    RUST_LOG: 'info',
    STEMEDB_WAL_DIR: '/a b',
    DRILL_ROOT: root,
    INVOCATION_ID: 'token',
  })
})

test('programs that the host provides keep their arguments', () => {
  const ours: ServiceUnit = { ...unit, argv: ['/opt/ours', 'backup'], environmentFile: null }
  expect(host().programOf(ours, 't').argv).toEqual(['node', 'main.js', 'backup'])
})

test('an environment file cannot change the code of a program that the host provides', async () => {
  const ours: ServiceUnit = { ...unit, argv: ['/opt/ours', 'backup'] }
  for (const name of ['NODE_OPTIONS', 'LD_PRELOAD', 'PATH', 'SSL_CERT_FILE']) {
    place('/etc/default/stemedb', `RUST_LOG=info\n${name}=/evil\n`)
    expect([name, await codeOf(() => host().programOf(ours, 't'))]).toEqual([name, 'input-invalid'])
  }
  place('/etc/default/stemedb', 'STEMEDB_WAL_DIR=/w\n')
  expect(host().programOf(ours, 't').env.STEMEDB_WAL_DIR).toBe('/w')
})

test('a program that is missing, outside, or behind a symlink is never started', async () => {
  const from = (path: string) => () => host().programOf({ ...unit, argv: [path], environmentFile: null }, 't')
  expect(await codeOf(from('/opt/stemedb/bin/stemedb-api'))).toBe('file-missing')
  expect(await codeOf(from('/../../bin/sh'))).toBe('path-escapes-root')
  expect(await codeOf(from('bin/sh'))).toBe('path-escapes-root')
  symlinkSync('/bin', join(root, 'bin'))
  expect(await codeOf(from('/bin/sh'))).toBe('path-escapes-root')
})

test('environment files: what is written is read, anything else is refused', async () => {
  const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,9}$/)
  const value = fc.stringMatching(/^[!#-&(-~]{0,20}$/)
  fc.assert(
    fc.property(fc.dictionary(name, value), (variables) => {
      const text = Object.entries(variables)
        .map(([key, text]) => `${key}=${text}\n`)
        .join('')
      expect(parseEnvironmentFile(text, 'file')).toEqual({ ...variables })
    }),
    { numRuns: process.env.DRILL_TEST_LONG ? 1_000 : 50 },
  )
  expect(await codeOf(() => parseEnvironmentFile('export A=1', 'file'))).toBe('input-invalid')
})

test('an address is learnt from the log line and stays on loopback', () => {
  const book = endpointBook()
  book.onLine(unit, 'Replayed 12 entries from WAL')
  expect(book.urlOf(unit.name)).toBe(null)
  book.onLine(unit, 'Startup complete, listening on 127.0.0.1:40123')
  expect(book.urlOf(unit.name)).toBe('http://127.0.0.1:40123')
  book.onLine(unit, 'INFO Startup complete, listening on 0.0.0.0:18180')
  expect(book.urlOf(unit.name)).toBe('http://127.0.0.1:18180')
  book.forget(unit.name)
  expect(book.urlOf(unit.name)).toBe(null)
})

test('no printed line sends requests, and the token in them, to another machine', () => {
  const book = endpointBook()
  for (const address of ['10.0.0.1:80', '169.254.169.254:80', '[2001:db8::1]:80', '127.0.0.1:99999']) {
    book.onLine(unit, `Startup complete, listening on ${address}`)
    expect([address, book.urlOf(unit.name)]).toEqual([address, null])
  }
  book.onLine(unit, 'Startup complete, listening on [::]:80')
  expect(book.urlOf(unit.name)).toBe('http://[::1]:80')
})
