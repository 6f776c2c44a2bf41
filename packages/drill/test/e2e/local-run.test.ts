import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '@dr-drill/runbook-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type CliResult, runCli } from '../cli/run-cli.ts'
import { testedCommand } from '../support/own-command.ts'
import { processesNaming, until } from '../support/processes.ts'
import { makeSmallWorld, type SmallWorld, startServer } from './small-world.ts'

let base: string
let world: SmallWorld
const children: ChildProcess[] = []

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'drill-e2e-'))
  world = await makeSmallWorld(join(base, 'world'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(base, { recursive: true }))

const run = (out: string, args: readonly string[], env: Record<string, string> = {}) =>
  runCli(['run', 'full-restore', '--format', 'json', '--out', join(base, out), ...args], env)
const ofWorld = () => ['--world', world.directory]
const reportOf = (result: CliResult) => JSON.parse(result.stdout) as Report
const loss = () => ({
  unit: 'assertion',
  acknowledged: world.acknowledged,
  recovered: world.acknowledged - world.unarchived,
  lost: world.unarchived,
  altered: 0,
  duplicated: 0,
  unexpected: 0,
})
const wrongInvariants = (report: Report) =>
  report.invariants.filter(({ status }) => status !== 'held' && status !== 'not-applicable')

/** A run as a child that the test ends by a signal, once its journal says that it has come so far. */
async function startAndWait(out: string, mark: string | null) {
  const [node, ...rest] = testedCommand()
  const directory = join(base, out)
  const child = spawn(node, [...rest, 'run', 'full-restore', ...ofWorld(), '--out', directory], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  children.push(child)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const exit = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  const journal = join(directory, 'journal.jsonl')
  // Null: as soon as the run is known, before its first step.
  if (mark === null) await until(() => existsSync(join(directory, 'run.json')))
  else await until(() => existsSync(journal) && readFileSync(journal, 'utf8').includes(mark))
  return { child, directory, exit, told: () => stderr }
}

test('a kept world is restored but for its unarchived tail; the evidence stays, the target does not', async () => {
  const result = await run('whole', ofWorld())
  expect([result.code, result.stderr.includes('REHEARSAL on generated data')]).toEqual([0, true])
  const report = reportOf(result)
  expect(report.verdict.kind).toBe('restored-with-loss')
  expect(report.loss).toEqual(loss())
  expect(wrongInvariants(report)).toEqual([])
  expect(report.claims.filter(({ status }) => status !== 'proven')).toEqual([])
  expect(report.objectives.rto.status).toBe('not-comparable')
  expect(readdirSync(join(base, 'whole')).sort()).toEqual([
    'journal.jsonl',
    'junit.xml',
    'readback.jsonl',
    'report.json',
    'report.md',
    'run.json',
    'runbook.yaml',
  ])
  expect(processesNaming(join(base, 'whole'))).toEqual([])
  const again = await runCli(['report', join(base, 'whole'), '--format', 'json'])
  expect([again.code, reportOf(again)]).toEqual([0, report])
  const resumed = await runCli(['resume', join(base, 'whole'), '--format', 'json'])
  expect([resumed.code, reportOf(resumed)]).toEqual([0, report])
  expect(resumed.stderr).toContain('nothing is left to resume')
  appendFileSync(join(base, 'whole', 'journal.jsonl'), '{"at":1,"dig')
  const cut = await runCli(['report', join(base, 'whole'), '--format', 'json'])
  expect([cut.code, reportOf(cut)]).toEqual([0, report])
  expect(cut.stderr).toContain('incomplete; it was left out')
})

test('existing backups are only read; what nobody can prove is said; a missed objective fails', async () => {
  const keys = { DRILL_S3_ACCESS_KEY: 'w', DRILL_S3_SECRET_KEY: 'ws' }
  const reader = { DRILL_S3_READONLY_ACCESS_KEY: 'r', DRILL_S3_READONLY_SECRET_KEY: 'rs' }
  const s3 = await startServer(['s3', '--data', join(world.directory, 's3')], { ...keys, ...reader })
  try {
    const credentials = { AWS_ACCESS_KEY_ID: 'r', AWS_SECRET_ACCESS_KEY: 'rs' }
    const source = ['--source', 's3://stemedb-backups-prod', '--endpoint', s3.url]
    const known = [
      '--ledger',
      join(world.directory, 'ledger.jsonl'),
      '--trust-key',
      join(world.directory, 'trust.pub'),
    ]
    const [proven, unproven] = await Promise.all([
      run('proven', [...source, ...known], credentials),
      run('unproven', [...source, '--param', 'rto=1ms'], credentials),
    ])
    expect([proven.code, proven.stderr]).toEqual([0, expect.stringContaining('production was not touched')])
    expect(reportOf(proven).loss).toEqual(loss())
    expect(wrongInvariants(reportOf(proven))).toEqual([])
    expect(unproven.code).toBe(1)
    const report = reportOf(unproven)
    expect([report.loss, report.verdict.kind, report.objectives.rto.status]).toEqual([
      null,
      'restored',
      'missed',
    ])
    const claims = Object.fromEntries(report.claims.map(({ id, status }) => [id, status]))
    expect(claims).toMatchObject({
      loss: 'unproven',
      authenticity: 'unproven',
      completeness: 'proven',
      contiguity: 'proven',
    })
    expect(report.invariants.find(({ id }) => id === 'I11')?.status).toBe('held')
  } finally {
    await s3.stop()
  }
})

test('a run that is killed leaves nothing behind, and resume reaches the same end', async () => {
  const { child, directory, exit } = await startAndWait(
    'killed',
    '"step":"place-files","type":"step-succeeded"',
  )
  child.kill('SIGKILL')
  await exit
  await until(() => processesNaming(directory).length === 0)
  const resumed = await runCli(['resume', directory, '--format', 'json'])
  expect(resumed.code).toBe(0)
  expect(reportOf(resumed).loss).toEqual(loss())
  expect(wrongInvariants(reportOf(resumed))).toEqual([])
})

test('a run that is killed before its first step begins anew', async () => {
  const { child, directory, exit } = await startAndWait('killed-early', null)
  child.kill('SIGKILL')
  await exit
  expect(existsSync(join(directory, 'journal.jsonl'))).toBe(false)
  expect((await runCli(['report', directory])).code).toBe(3)
  const resumed = await runCli(['resume', directory, '--format', 'json'])
  expect([resumed.code, reportOf(resumed).loss]).toEqual([0, loss()])
})

test('a signal ends a run in order: nothing runs on, and the last line says how to go on', async () => {
  const { child, directory, exit, told } = await startAndWait(
    'signalled',
    '"step":"place-files","type":"step-started"',
  )
  child.kill('SIGTERM')
  expect(await exit).toBe(143)
  expect(processesNaming(directory)).toEqual([])
  expect(told().trimEnd().split('\n').at(-1)).toBe(`Resume it with: ./drill resume ${directory}`)
  const report = JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8')) as Report
  expect(report.verdict.kind).toBe('interrupted')
  const cleaned = await runCli(['clean', directory])
  expect([
    cleaned.code,
    existsSync(join(directory, 'work')),
    existsSync(join(directory, 'journal.jsonl')),
  ]).toEqual([0, false, true])
})
