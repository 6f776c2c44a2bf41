import { describe, expect, it } from 'vitest'
import { FakeHost } from '../fakes/fake-host.ts'

describe('confirm-gate', () => {
  it('confirms when every fact is true', () => {
    expect(new FakeHost().perform('confirm-gate', { facts: { healthy: true, counted: true } })).toEqual({
      confirmed: ['healthy', 'counted'],
    })
  })

  it('stays shut and names what is not true', () => {
    const error = new FakeHost().failure('confirm-gate', {
      facts: { healthy: true, counted: false, served: false },
    })
    expect(error.code).toBe('check-failed')
    expect(error.message).toContain('not true: counted, served')
    expect(error.message).not.toContain('healthy')
  })

  it.each([
    { facts: {} },
    { facts: { healthy: 'true' } },
    { facts: { healthy: 1 } },
    { facts: { healthy: null } },
    {},
  ])('is no gate for %o', (input) => {
    expect(() => new FakeHost().perform('confirm-gate', input)).toThrow()
  })
})

describe('check-alerts', () => {
  const INPUT = { target: 'toy', expected: ['BackupTooOld'], patienceMs: 5_000 }

  it('passes when monitoring sees the server and only expected alerts fire', () => {
    const host = new FakeHost()
    host.alerts = { ...host.alerts, firing: [{ name: 'BackupTooOld', since: 0 }] }
    expect(host.perform('check-alerts', INPUT)).toEqual({ firing: ['BackupTooOld'], targetUp: true })
    expect(host.clock.now).toBe(0)
  })

  it('does not take silence for health: a monitoring that lost its target fails', () => {
    for (const targets of [[], [{ name: 'toy', up: false }], [{ name: 'other', up: true }]]) {
      const host = new FakeHost()
      host.alerts = { firing: [], targets }
      const error = host.failure('check-alerts', INPUT)
      expect(error.code).toBe('check-failed')
      expect(error.message).toContain('does not see toy')
    }
  })

  it('waits for an alert to pass, but not longer than its patience', () => {
    const passing = new FakeHost()
    const loud = [{ name: 'Down', since: 0 }]
    const { targets } = passing.alerts
    Object.defineProperty(passing, 'alerts', {
      get: () => ({ targets, firing: passing.clock.now < 2_000 ? loud : [] }),
    })
    passing.perform('check-alerts', INPUT)
    expect(passing.clock.now).toBe(2_000)
    const lasting = new FakeHost()
    lasting.alerts = { ...lasting.alerts, firing: loud }
    expect(lasting.failure('check-alerts', INPUT).message).toContain('Down')
    expect(lasting.clock.now).toBe(5_000)
  })
})
