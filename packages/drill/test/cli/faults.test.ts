import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FAULTS } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

test('the atlas is told to people and to programs', async () => {
  const [people, programs] = await Promise.all([runCli(['faults']), runCli(['faults', '--format', 'json'])])
  const { kind, schemaVersion, faults } = JSON.parse(programs.stdout)
  expect([people.code, programs.code, kind, schemaVersion]).toEqual([0, 0, 'fault-atlas', 1])
  expect(faults.map((fault: { kind: string }) => fault.kind)).toEqual(FAULTS.map((fault) => fault.kind))
  for (const fault of FAULTS) {
    expect(people.stdout).toContain(`${fault.kind}\n  ${fault.verb}; ${fault.when}\n`)
    for (const { name } of fault.describe) expect(people.stdout).toContain(`\n    ${name}`)
  }
})

test('what a machine cannot do to itself is refused on it before anything starts', async () => {
  const { code, stderr } = await runCli(['run', 'full-restore', '--fault', 'power-loss'])
  expect([code, stderr]).toEqual([2, expect.stringMatching(/power-loss exists on sim only/)])
})

test('the page on faults has each kind with what it does', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../../docs/faults.md', import.meta.url)), 'utf8')
  for (const { kind, verb } of FAULTS) expect(page).toContain(`| \`${kind}\` | ${verb} |`)
})
