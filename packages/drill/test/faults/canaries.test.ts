import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { FaultedRuns, wrongInvariants } from './faulted-runs.ts'

// Each test is whole runs of real processes: on a busy machine they take as long as they take.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const FOLDER = fileURLToPath(new URL('../../../../fixtures/runbooks/canaries/', import.meta.url))
/** Runbook, exit code, invariants violated, required claims that nothing proves, lint rules that see it. */
const CAUGHT = [
  ['starts-without-verifying', 4, [], ['completeness', 'contiguity', 'authenticity'], ['DR008', 'DR009']],
  ['trusts-the-health-count', 1, ['I2'], [], ['DR017']],
  ['switches-traffic-early', 1, ['I8', 'I9'], [], ['DR010', 'DR011', 'DR012']],
] as const

const runs = new FaultedRuns()
beforeAll(async () => {
  await runs.prepare()
})
afterAll(() => runs.remove())

test('every canary is tried', () => {
  expect(
    readdirSync(FOLDER)
      .map((file) => file.replace('.yaml', ''))
      .sort(),
  ).toEqual(CAUGHT.map(([name]) => name).sort())
})

test.each(CAUGHT)('%s does not pass', async (name, code, violated, unproven, rules) => {
  const runbook = join(FOLDER, `${name}.yaml`)
  const { report, ...run } = await runs.run(name, [], { runbook })
  expect(run.code, run.stderr).toBe(code)
  expect([report.passed, wrongInvariants(report)]).toEqual([false, violated])
  const open = report.claims.filter(({ status }) => status !== 'proven').map(({ id }) => id)
  expect(open).toEqual(unproven)
  const linted = await runCli(['lint', runbook, '--format', 'json'])
  const found = (JSON.parse(linted.stdout) as { findings: { rule: string }[] }).findings.map(
    ({ rule }) => rule,
  )
  expect([linted.code, found]).toEqual([1, expect.arrayContaining([...rules])])
})
