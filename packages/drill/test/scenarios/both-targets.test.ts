import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { faultKind } from '@dr-drill/simulator'
import { afterAll, expect, test, vi } from 'vitest'
import { readScenarioFile } from '../../src/cli/scenario/read-scenario-file.ts'
import { runCli } from '../cli/run-cli.ts'

// Whole runs of real processes: on a busy machine they take as long as they take.
vi.setConfig({ testTimeout: 600_000 })

const FOLDER = fileURLToPath(new URL('../../../../fixtures/scenarios/', import.meta.url))
const isLong = process.env.DRILL_TEST_LONG === '1'
/** Each of these in `npm test`: a bucket overwritten, a process killed, every copy of a segment damaged. */
const FEW = ['combined/ransomware-and-a-killed-runner.json', 'combined/every-copy-damaged-and-accepted.json']

const base = mkdtempSync(join(tmpdir(), 'drill-both-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

/** Scenarios all of whose faults exist on real things. */
const real = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .filter((name) => {
    const { scenario } = readScenarioFile(join(FOLDER, name), FOLDER)
    return scenario.faults.every(({ kind }) => faultKind(kind).targets.includes('local'))
  })
  .sort()

test('every scenario that is tried here exists on real things', () => {
  expect(real).toEqual(expect.arrayContaining(FEW))
})

test.each(isLong ? real : FEW)('%s comes to the same on this machine', async (name) => {
  const out = join(base, name.replace(/\W/g, '-'))
  const args = [
    'replay',
    join(FOLDER, name),
    '--target',
    'local',
    '--out',
    out,
    '--quiet',
    '--format',
    'json',
  ]
  const { code, stdout, stderr } = await runCli(args, {}, base)
  expect([code, JSON.parse(stdout)], stderr).toMatchObject([0, { reproduced: true, differences: [] }])
})
