import type { ServiceUnit } from '@dr-drill/runbook-core'
import { stemedbApiService, stemedbProtectionUnits } from '@dr-drill/runbook-core/stemedb'
import { expect, test } from 'vitest'
import { requireLoopback, unitVariables } from '../../../src/targets/local/unit-variables.ts'
import { codeOf } from '../../support/calls.ts'

const keys = (name: string) => ({ accessKeyId: `${name}-id`, secretAccessKey: `${name}-secret` })
const secrets = {
  sourceReader: keys('reader'),
  sourceWriter: keys('writer'),
  archive: keys('archive'),
  adminToken: 'admin',
  signingSeed: 'seed',
  statisticsToken: 'statistics',
}
const archive = {
  endpoint: 'http://127.0.0.1:1',
  region: 'r',
  bucket: 'b',
  prefix: '',
  keys: secrets.archive,
}
const backup = stemedbProtectionUnits({ opsCommand: ['/ops'] })[0] as ServiceUnit

const given = (unit: ServiceUnit) =>
  unitVariables({
    unit,
    root: '/root',
    locations: { archive },
    secrets,
    historyShiftMs: 0,
    engineUrl: null,
    signingKey: '/key',
  })

test('the engine gets its token and no key of any store; operations get the archive, never the source', () => {
  expect(Object.values(given(stemedbApiService())).join(' ')).not.toMatch(/secret|statistics|seed|-id|\/key/)
  const operation = Object.values(given(backup)).join(' ')
  expect(operation).toContain('archive-secret')
  expect(operation).not.toMatch(/reader|writer|statistics|seed/)
})

test('whatever is configured, a sandbox listens on loopback only', async () => {
  for (const address of ['127.0.0.1:0', 'localhost:18180', '[::1]:1', '']) {
    requireLoopback({ STEMEDB_BIND_ADDR: address })
  }
  requireLoopback({})
  for (const address of [
    '0.0.0.0:18180',
    '[::]:1',
    '10.0.0.1:1',
    'example.com:80',
    ':1',
    '127.0.0.1',
    '127.1:80',
  ]) {
    expect([address, await codeOf(() => requireLoopback({ STEMEDB_BIND_ADDR: address }))]).toEqual([
      address,
      'precondition-failed',
    ])
  }
})
