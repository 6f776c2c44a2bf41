import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findRun, makeRunDirectory, newRunId, runFiles } from '../../../src/targets/local/run-directory.ts'
import { lockHolder, takeRunLock } from '../../../src/targets/local/run-lock.ts'
import { codeOf } from '../../support/calls.ts'

let base: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'drill-run-'))
})
afterEach(() => rmSync(base, { recursive: true }))

const runAt = (directory: string): string => {
  mkdirSync(directory, { recursive: true })
  writeFileSync(runFiles(directory).journal, '')
  return directory
}

test('a run gets a directory of its own, and never one that holds something', async () => {
  const made = makeRunDirectory(base, null, 'some-id')
  expect(made).toBe(join(base, 'drill-reports', 'some-id'))
  expect(makeRunDirectory(base, 'given/deep', 'x')).toBe(join(base, 'given/deep'))
  writeFileSync(join(made, 'anything'), '')
  expect(await codeOf(() => makeRunDirectory(base, made, 'x'))).toBe('usage-invalid')
  expect(await codeOf(() => makeRunDirectory(base, join(made, 'anything', 'below'), 'x'))).toBe(
    'environment-lacking',
  )
  expect(readdirSync(made)).toEqual(['anything'])
})

test('a directory that others may write to is not taken', async () => {
  mkdirSync(join(base, 'open'))
  chmodSync(join(base, 'open'), 0o777)
  for (const out of ['open', 'open/below']) {
    expect(await codeOf(() => makeRunDirectory(base, out, 'x'))).toBe('usage-invalid')
  }
})

test('ids sort by time', () => {
  const early = newRunId(new Date('2026-02-11T23:59:59Z'))
  const late = newRunId(new Date('2026-02-12T00:00:00Z'))
  expect(early).toMatch(/^20260211-235959-[0-9a-f]{6}$/)
  expect(early < late).toBe(true)
})

test('a run is found by path, by id and as the last one', async () => {
  const first = runAt(join(base, 'drill-reports', '20260211-000000-aaaaaa'))
  const second = runAt(join(base, 'drill-reports', '20260212-000000-aaaaaa'))
  mkdirSync(join(base, 'drill-reports', '20260213-000000-no-journal'))
  const elsewhere = runAt(join(base, 'elsewhere'))
  expect(findRun(base, 'last')).toBe(second)
  expect(findRun(base, '20260211-000000-aaaaaa')).toBe(first)
  expect(findRun(base, 'elsewhere')).toBe(elsewhere)
  expect(findRun(base, elsewhere)).toBe(elsewhere)
  expect(await codeOf(() => findRun(base, 'nothing'))).toBe('usage-invalid')
})

test('one process at a time works in a run; what a dead one left is taken over', async () => {
  const lock = takeRunLock(base)
  expect(lockHolder(base)).toBe(process.pid)
  expect(await codeOf(() => takeRunLock(base))).toBe('target-busy')
  lock.release()
  expect([lockHolder(base), existsSync(join(base, 'lock'))]).toEqual([null, false])

  const dead = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => dead.on('exit', resolve))
  // The id of a dead process, of a living one that was started at another time, and nonsense.
  for (const left of [`${dead.pid} 1\n`, `${process.pid} 1\n`, 'nonsense', '']) {
    writeFileSync(join(base, 'lock'), left)
    takeRunLock(base).release()
  }
  expect(readdirSync(base)).toEqual([])
})

test('a directory in which a run works is busy, not merely full', async () => {
  const directory = runAt(join(base, 'mine'))
  const lock = takeRunLock(directory)
  expect(await codeOf(() => makeRunDirectory(base, 'mine', 'x'))).toBe('target-busy')
  lock.release()
  expect(await codeOf(() => makeRunDirectory(base, 'mine', 'x'))).toBe('usage-invalid')
})
