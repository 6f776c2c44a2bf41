import { OperatingError } from '@dr-drill/runbook-core'
import { describe, expect, test } from 'vitest'
import { planFacts } from '../../../src/cli/run/plan-facts.ts'

const UNKNOWN = { backupBytes: null, logBytes: null, records: null, freeBytes: null }

describe('facts of a plan', () => {
  test('sizes and whole numbers are read; what is not given stays unknown', () => {
    expect(planFacts({})).toEqual(UNKNOWN)
    expect(planFacts({ backupBytes: '30GB', records: '20000' })).toEqual({
      ...UNKNOWN,
      backupBytes: 30_000_000_000,
      records: 20_000,
    })
  })

  test.each([
    ['freebytes', '1'],
    ['constructor', '1'],
    ['backupBytes', ''],
    ['backupBytes', '-1'],
    ['backupBytes', '1e9'],
    ['backupBytes', '9'.repeat(40)],
  ])('%s=%s is refused as bad usage', (name, value) => {
    expect(() => planFacts({ [name]: value })).toThrow(OperatingError)
  })
})
