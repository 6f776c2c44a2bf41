import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ledgerHeaderLine, type Report } from '@dr-drill/runbook-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../cli/run-cli.ts'

let base: string

const look = {
  cpuCoresMin: 1,
  memoryBytesMin: 1,
  freeBytesMin: 1,
  linkBitsPerSecondMin: 0,
  dataRoot: '/var/lib',
}
const runbook = (step: object) => ({
  kind: 'runbook',
  schemaVersion: 1,
  id: 'asking',
  title: 'A step that waits',
  objectives: { rto: '1h', rpo: '15m' },
  defaults: { timeout: '1m' },
  steps: [
    { id: 'look', title: 'Look', action: { kind: 'inspect-host', with: { ...look, emptyPaths: [] } } },
    { id: 'decide', title: 'Decide', needs: ['look'], ...step },
    {
      id: 'gate',
      title: 'Gate',
      needs: ['decide'],
      action: { kind: 'confirm-gate', with: { facts: { decided: true } } },
    },
  ],
  gate: 'gate',
  protection: { backupInterval: '6h', archiveInterval: '10m', archiveDuration: '1m', rotatesEachCycle: true },
})
const asking = runbook({ action: { kind: 'approve', with: { question: 'Go on?' } } })
const commanding = runbook({
  action: { kind: 'run-command', with: { argv: ['id'], timeoutMs: 5_000 } },
})

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'drill-approval-'))
  mkdirSync(join(base, 'world', 's3'), { recursive: true })
  const header = { unit: 'note', coverage: 'complete', order: 'none' } as const
  const ledger = ledgerHeaderLine({ ...header, domain: 'history', history: null, failureAt: null })
  writeFileSync(join(base, 'world', 'ledger.jsonl'), ledger)
  writeFileSync(join(base, 'asking.json'), JSON.stringify(asking))
  writeFileSync(join(base, 'commanding.json'), JSON.stringify(commanding))
})
afterAll(() => rmSync(base, { recursive: true }))

const lastLine = (text: string): string | undefined => text.trimEnd().split('\n').at(-1)

test('a run waits for a person: exit 6, and the last line is the command that goes on', async () => {
  const out = join(base, 'waits')
  const given = ['--world', join(base, 'world'), '--out', out]
  const paused = await runCli(['run', join(base, 'asking.json'), ...given])
  const line = `Resume it with: ./drill resume ${out} --approve decide=YOUR-NAME`
  expect([paused.code, lastLine(paused.stderr)]).toEqual([6, line])
  expect(paused.stdout.replace(/\s+/g, ' ')).toContain('Decide, then resume with --approve decide=YOUR-NAME.')
  const resumed = await runCli(['resume', out, '--approve', 'decide=Ada', '--format', 'json'])
  const report = JSON.parse(resumed.stdout) as Report
  expect(report.approvals).toMatchObject([{ step: 'decide', by: 'Ada' }])
  expect(report.steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded'])
})

test('a program of this machine runs only where that was allowed; else nothing is made', async () => {
  const out = join(base, 'refused')
  const given = ['--world', join(base, 'world'), '--out', out]
  const refused = await runCli(['run', join(base, 'commanding.json'), ...given])
  expect([refused.code, existsSync(out)]).toEqual([2, false])
  expect(refused.stderr).toContain('--allow-host-commands')
})
