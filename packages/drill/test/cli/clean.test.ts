import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimWorkDirectory } from '../../src/targets/local/work-directory.ts'
import { runCli } from './run-cli.ts'

let base: string

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-clean-')))
})
afterEach(() => rmSync(base, { recursive: true }))

/** A run's directory whose request names a working directory. */
function runWith(work: string): string {
  const directory = join(base, 'run')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  writeFileSync(join(directory, 'runbook.yaml'), '')
  writeFileSync(
    join(directory, 'run.json'),
    JSON.stringify({ kind: 'run-request', schemaVersion: 1, runId: 'some-run', work }),
  )
  return directory
}

test('a request that names a directory which its run did not make removes nothing', async () => {
  mkdirSync(join(base, 'precious'))
  writeFileSync(join(base, 'precious/data'), 'x')
  symlinkSync(join(base, 'precious'), join(base, 'link'))
  for (const work of [join(base, 'precious'), join(base, 'link')]) {
    const { code, stderr } = await runCli(['clean', runWith(work)])
    expect([code, stderr]).toEqual([3, expect.stringContaining('data-in-the-way')])
  }
  expect(existsSync(join(base, 'precious/data'))).toBe(true)
})

test('what the run made goes', async () => {
  const work = claimWorkDirectory(join(base, 'work'), 'some-run')
  const { code, stdout } = await runCli(['clean', runWith(work)])
  expect([code, stdout, existsSync(work)]).toEqual([0, expect.stringContaining('cleaned'), false])
})
