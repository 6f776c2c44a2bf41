import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OperatingError } from '@dr-drill/runbook-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProcess } from '../../../src/ports/supervisor/service-process.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'drill-process-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const startOf = (file: string) => startProcess({ argv: [file], env: {}, directory, account: null }, () => {})

test('a program that somebody still has open for writing cannot start yet, and trying again helps', async () => {
  const file = join(directory, 'program')
  writeFileSync(file, '#!/bin/sh\nexit 0\n', { mode: 0o755 })
  const writing = openSync(file, 'r+')
  const failure = (await startOf(file).catch((error: unknown) => error)) as OperatingError
  expect([failure.code, failure.retryable]).toEqual(['service-failed', true])
  closeSync(writing)
  expect((await (await startOf(file)).ended).exitCode).toBe(0)
})

test('a program that is not there fails for good', async () => {
  const failure = (await startOf(join(directory, 'missing')).catch(
    (error: unknown) => error,
  )) as OperatingError
  expect([failure.code, failure.retryable]).toEqual(['service-failed', false])
})
