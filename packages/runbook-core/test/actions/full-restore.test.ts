import { readFileSync } from 'node:fs'
import { ActionRegistry, actionsFor, type DatabasePack, portableChecksums } from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { expect, test } from 'vitest'

const file = 'fixtures/runbooks/full-restore.yaml'
// Kinds and schemas are what matters here: nothing is performed.
const pack = { units: () => [] } as unknown as DatabasePack

const load = (params: Record<string, string> = {}, profile = 'local') =>
  loadRunbook(readFileSync(file, 'utf8'), {
    registry: new ActionRegistry(actionsFor(pack)),
    checksums: portableChecksums,
    file,
    params,
    profile,
  })

test('the shipped full restore is a valid runbook whose groups are the seven steps', () => {
  const runbook = load()
  expect(runbook.groups.map((group) => group.budgetMs)).toEqual(
    [30, 60, 15, 10, 30, 30, 60].map((min) => min * 60_000),
  )
  expect(runbook.checklist).toHaveLength(9)
  expect(runbook.objectives).toEqual({ rtoMs: 4 * 3_600_000, rpoMs: 15 * 60_000 })
})

test('profiles make patience seconds on a sandbox, and an explicit value wins', () => {
  const patience = (runbook: ReturnType<typeof load>) =>
    runbook.parameters.find((parameter) => parameter.name === 'store-patience')
  expect(patience(load())).toMatchObject({ value: 10_000, source: 'profile' })
  expect(patience(load({}, 'host'))).toMatchObject({ value: 900_000, source: 'default' })
  expect(patience(load({ 'store-patience': '3s' }))).toMatchObject({ value: 3_000, source: 'explicit' })
})

test('the pinned artefact is the one that ships', () => {
  const bytes = readFileSync('fixtures/artifacts/stemedb-api-0.1.0')
  const value = (name: string) => load().parameters.find((parameter) => parameter.name === name)?.value
  expect(value('artifact-sha256')).toBe(portableChecksums.sha256Hex(bytes))
  expect(value('artifact-size')).toBe(bytes.length)
})
