import { readdirSync, readFileSync } from 'node:fs'
import {
  ActionRegistry,
  actionsFor,
  CAPABILITIES,
  explain,
  lint,
  NO_FACTS,
  plan,
  portableChecksums,
} from '@dr-drill/runbook-core'
import { stemedbPack } from '@dr-drill/runbook-core/stemedb'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { describe, expect, test } from 'vitest'

const folder = new URL('../../../../fixtures/runbooks/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const checksums = portableChecksums
const registry = new ActionRegistry(
  actionsFor(stemedbPack({ checksums, units: { opsCommand: ['dr-drill', 'ops'] } })),
)

describe.each(files)('%s', (file) => {
  const text = readFileSync(new URL(file, folder), 'utf8')
  const read = (profile: string) => loadRunbook(text, { registry, checksums, file, profile })

  test.each(['local', 'sim', 'host'])('qualifies for %s and has no lint error', (profile) => {
    const findings = lint(read(profile), registry)
    expect(findings.filter((finding) => finding.severity === 'error')).toEqual([])
  })

  test('the only warning left is the one that is true on purpose', () => {
    expect(lint(read('host'), registry).map((finding) => finding.rule)).toEqual(['DR003'])
  })

  test('holds its RTO, and says that the 15-minute timer does not hold the RPO', () => {
    const planned = plan(read('host'), { registry })
    expect(planned.rto.exceeds).toBe(false)
    expect(planned.policy.uncovered).toEqual([])
    expect(planned.rpo).toMatchObject({ exceeds: true, longestIntervalMs: expect.any(Number) })
    expect(planned.holds).toBe(false)
    const words = explain(planned).join('\n')
    expect(words).toContain('the longest archive interval that would hold it is 13m59s')
    expect(words).toContain('does NOT hold its objectives: the worst-case loss exceeds the RPO.')
  })

  test('says beforehand which steps a target without an address of its own does not exercise', () => {
    const capabilities = new Set(CAPABILITIES.filter((one) => one !== 'change-bind-address'))
    const { target } = plan(read('local'), { registry, target: { name: 'local', capabilities, ports: null } })
    expect(target).toEqual({
      name: 'local',
      cannotRun: [],
      notExercised: ['open-address', 'restart-service', 'await-health-again'].map((step) => ({
        step,
        missing: ['change-bind-address'],
      })),
    })
  })

  test('takes longer for larger backups, until the RTO does not hold', () => {
    const sized = (backupBytes: number) =>
      plan(read('host'), { registry, facts: { ...NO_FACTS, backupBytes, logBytes: 2e9, freeBytes: 1e11 } })
    const small = sized(3e10)
    expect(small.rto.exceeds).toBe(false)
    expect(explain(small).join('\n')).toContain(
      'At most 32GB lie on the disk at once (at "fetch-log"); 100GB',
    )
    expect(sized(2e12).rto.exceeds).toBe(true)
  })

  test('asks for nothing but reading where it restores from', () => {
    const source = plan(read('host'), { registry }).policy.stores.find(({ store }) => store === 'source')
    expect(source?.verbs).toEqual(['s3:ListBucket', 's3:GetObject'])
  })
})
