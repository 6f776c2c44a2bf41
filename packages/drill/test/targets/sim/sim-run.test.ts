import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reportSchema } from '@dr-drill/runbook-core'
import { readScenario } from '@dr-drill/simulator'
import { afterAll, describe, expect, test } from 'vitest'
import { commandsFor } from '../../../src/cli/commands/index.ts'
import { runProgram } from '../../../src/cli/program.ts'
import { quietContext } from '../../support/quiet-context.ts'

const base = mkdtempSync(join(tmpdir(), 'drill-sim-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

async function drill(...args: readonly string[]) {
  const seen = { out: '', err: '' }
  const code = await runProgram(args, quietContext(seen, base), await commandsFor(args))
  return { code, ...seen }
}

const simulated = (name: string, ...args: readonly string[]) =>
  drill('run', 'full-restore', '--target', 'sim', '--assertions', '60', '--out', name, ...args)
const read = (name: string, file: string) => readFileSync(join(base, name, file), 'utf8')
const reportOf = (name: string) => reportSchema.parse(JSON.parse(read(name, 'report.json')))

describe('run --target sim', () => {
  test('leaves what a real run leaves, and says that time was virtual', async () => {
    const { code, out, err } = await simulated('plain')
    expect([code, err]).toEqual([0, expect.stringMatching(/^REHEARSAL on generated data/)])
    expect(err).toContain('seed 1')
    expect(out).toContain('met in the model')
    const report = reportOf('plain')
    expect(report).toMatchObject({
      mode: 'rehearsal',
      data: 'generated',
      environment: 'simulated',
      target: 'sim',
      objectives: { rto: { basis: 'virtual', status: 'met' } },
      held: [],
    })
    expect(read('plain', 'report.md')).toContain('in the model')
    expect(read('plain', 'junit.xml')).toContain('<testsuite')
    expect(JSON.parse(read('plain', 'truth.json'))).toMatchObject({ kind: 'truth', open: [] })
  })

  test('the same seed writes the same journal, another one another', async () => {
    await simulated('again')
    await simulated('other', '--seed', '2')
    expect(read('again', 'journal.jsonl')).toBe(read('plain', 'journal.jsonl'))
    expect(read('other', 'journal.jsonl')).not.toBe(read('plain', 'journal.jsonl'))
  })

  test('the journal is sealed: it is judged again to the same reports, and an altered byte is refused', async () => {
    const before = read('plain', 'report.json')
    expect((await drill('report', 'plain', '--format', 'json')).out).toBe(before)
    const journal = read('other', 'journal.jsonl')
    writeFileSync(join(base, 'other', 'journal.jsonl'), journal.replace('"seed":2', '"seed":3'))
    const { code, err } = await drill('report', 'other')
    expect([code, err]).toEqual([3, expect.stringContaining('journal-damaged')])
  })

  test('faults strike, parameters apply, an expected verdict passes', async () => {
    const faults = ['--fault', 'corrupt-segment:copies=all', '--expect', 'refused']
    const { code, out } = await simulated('refused', ...faults, '--format', 'json')
    expect([code, reportSchema.parse(JSON.parse(out)).verdict.kind]).toEqual([0, 'refused'])
    const accepted = await simulated('accepted', ...faults.slice(0, 2), '--param', 'accept-loss=true')
    expect(reportOf('accepted').verdict.kind).toBe('restored-with-loss')
    expect(reportOf('accepted').faults).toMatchObject([{ kind: 'corrupt-segment', fired: true }])
    expect(accepted.err).toContain('fault corrupt-segment fired')
  })

  test('a scenario brings production, disaster, faults and seed', async () => {
    const file = new URL('../../../../../fixtures/scenarios/combined/three-at-once.json', import.meta.url)
    const scenario = readScenario(readFileSync(file, 'utf8'), 'three-at-once.json')
    const args = ['run', 'full-restore', '--target', 'sim', '--scenario', file.pathname, '--out', 'scenario']
    const { code } = await drill(...args)
    const report = reportOf('scenario')
    expect([code, report.scenario, report.seed]).toEqual([0, scenario.title, scenario.seed])
    expect(report.loss).toEqual(scenario.expect.loss)
  })

  test('drill time can be limited; without --deadline it is not', async () => {
    const { code } = await simulated('late', '--deadline', '1s')
    expect([code, reportOf('late').verdict.reason]).toEqual([4, expect.stringContaining('deadline')])
  })

  test.each([
    [['--source', 's3://bucket'], '--source does not go with --target sim'],
    [['--work-dir', 'w'], '--work-dir does not go with --target sim'],
    [['--dry-run'], '--dry-run does not go with --target sim'],
    [['--fault', 'powerloss'], 'power-loss'],
    [['--fault', 'kill-runner:step=no-such-step'], 'no-such-step'],
    [['--fault', 'paused-host:at=no-such-step/ends'], 'no-such-step'],
    [['--approve', 'no-such-step=me'], 'no-such-step'],
    [['--mode', 'drill'], 'this is a rehearsal'],
    [['--param', 'no=1'], 'no parameter "no"'],
    [['--scenario', 'absent.json'], 'cannot read the scenario'],
  ])('%j is refused, and nothing is made', async (args, words) => {
    const { code, out, err } = await simulated('never', ...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(words)
    expect(() => read('never', 'run.json')).toThrow(/ENOENT/)
  })

  test('what is given to a scenario twice is refused', async () => {
    const args = ['run', 'full-restore', '--target', 'sim', '--scenario', 'x.json', '--seed', '3']
    expect(await drill(...args)).toMatchObject({ code: 2 })
  })

  test('doctor: Node and a folder are enough', async () => {
    const { code, out } = await drill('doctor', '--target', 'sim')
    expect([code, out]).toEqual([0, expect.stringContaining('Target sim can run here.')])
  })
})
