import { OperatingError } from '@dr-drill/runbook-core'
import { describe, expect, it } from 'vitest'
import { expectConvergence } from '../fakes/convergence.ts'
import { FakeHost } from '../fakes/fake-host.ts'

describe('enable-timers', () => {
  const INPUT = { service: 'toy.service', timers: ['toy-backup.timer', 'toy-archive.timer'] }
  const installed = (): FakeHost => {
    const host = new FakeHost()
    host.services.add('toy.service', { state: 'active', invocation: 'start-1' })
    for (const name of INPUT.timers) host.services.add(name)
    return host
  }

  it('enables and starts each and tells when it runs next; the service comes back after a reboot', () => {
    const host = installed()
    expect(host.perform('enable-timers', INPUT).timers).toEqual([
      { name: 'toy-backup.timer', nextElapseAt: 1_000 },
      { name: 'toy-archive.timer', nextElapseAt: 1_000 },
    ])
    expect([...host.services.units.values()].map((unit) => [unit.state, unit.enabled])).toEqual([
      ['active', true],
      ['active', true],
      ['active', true],
    ])
  })

  it.each([
    ['has no next run', { nextElapseAt: null }],
    ['is not enabled', { enabled: false }],
    ['is failed', { state: 'failed' }],
  ])('does not take listed for working: a timer that %s fails', (told, more) => {
    const host = installed()
    const start = host.services.handlers.start
    Object.assign(host.services.handlers, {
      start: (input: { name: string }, context: never) => {
        start(input, context)
        host.services.add(input.name, {
          state: 'active',
          enabled: true,
          nextElapseAt: 1,
          ...(more as object),
        })
      },
    })
    const error = host.failure('enable-timers', INPUT)
    expect(error.code).toBe('check-failed')
    expect(error.message).toContain(told)
  })

  it('fails when the service itself would stay away after a reboot', () => {
    const host = installed()
    const { enable } = host.services.handlers
    Object.assign(host.services.handlers, {
      enable: (input: { name: string }, context: never) =>
        input.name === 'toy.service' ? undefined : enable(input, context),
    })
    expect(host.failure('enable-timers', INPUT).subject).toBe('toy.service')
  })

  it('tells a timer that was never installed', () => {
    const host = new FakeHost()
    host.services.add('toy.service')
    expect(host.failure('enable-timers', INPUT).code).toBe('service-failed')
  })

  it('converges wherever it dies', () => {
    const state = (host: FakeHost) => host.services.image
    expect(
      expectConvergence({ make: installed, kind: 'enable-timers', input: INPUT, state }),
    ).toBeGreaterThan(8)
  })
})

describe('force-backup', () => {
  const INPUT = {
    archiveService: 'toy-archive.service',
    backupService: 'toy-backup.service',
    verifyService: 'toy-verify.service',
    store: 'archive',
    timeoutMs: 60_000,
  }
  const protecting = (more: { whole?: boolean; archives?: boolean; backs?: boolean } = {}): FakeHost => {
    const { whole = true, archives = true, backs = true } = more
    const host = new FakeHost()
    for (const name of [INPUT.archiveService, INPUT.backupService, INPUT.verifyService])
      host.services.add(name)
    host.database.backups.push({ name: 'older', history: 'old', whole: true })
    host.services.onRun = (name) => {
      if (name === INPUT.archiveService && archives) host.database.archived.push('new')
      if (name === INPUT.backupService && backs) {
        host.database.backups.unshift({
          name: `fresh-${host.database.backups.length}`,
          history: 'new',
          whole,
        })
      }
    }
    return host
  }

  it('runs the units that the timers start and sees their objects', () => {
    const ran: string[] = []
    const host = protecting()
    const { onRun } = host.services
    host.services.onRun = (name) => {
      ran.push(name)
      onRun(name)
    }
    expect(host.perform('force-backup', INPUT)).toEqual({
      backup: 'fresh-1',
      stopPosition: '4',
      recordCount: 4,
      archivedSegments: 1,
    })
    expect(ran).toEqual([INPUT.archiveService, INPUT.backupService, INPUT.verifyService])
  })

  it.each([
    ['no new backup appeared, only the old ones', { backs: false }, 'no complete new backup'],
    ['the new backup is not whole', { whole: false }, 'no complete new backup'],
    ['no log of the new history was archived', { archives: false }, 'no log of history new'],
  ])('fails when %s, and says not to let clients in', (_what, more, told) => {
    const error = protecting(more).failure('force-backup', INPUT)
    expect(error.code).toBe('check-failed')
    expect(error.message).toContain(told)
    expect(error.hint).toContain('do not let clients in')
  })

  it('bears a store that is silent for a while, no longer than its patience', () => {
    const silentUntil = (at: number): FakeHost => {
      const host = protecting()
      host.store.weather = () => {
        if (host.clock.now < at) throw new OperatingError('store-unavailable', 'no answer')
      }
      return host
    }
    const input = { ...INPUT, patienceMs: 5_000 }
    expect(silentUntil(4_000).perform('force-backup', input).backup).toBe('fresh-1')
    expect(silentUntil(6_000).failure('force-backup', input).code).toBe('store-unavailable')
  })

  it('passes on what a unit failed with', () => {
    const host = protecting()
    host.services.onRun = (name) => {
      throw new OperatingError('service-failed', `${name} exited 1`)
    }
    expect(host.failure('force-backup', INPUT).message).toBe('toy-archive.service exited 1')
  })

  it('gives all units one patience together', () => {
    const host = protecting()
    const { onRun } = host.services
    host.services.onRun = (name) => {
      host.clock.now += 40_000
      onRun(name)
    }
    const error = host.failure('force-backup', INPUT)
    expect(error.code).toBe('timed-out')
    expect(error.subject).toBe(INPUT.verifyService)
    const given = host.calls.filter((call) => call.method === 'runOnce').map((call) => call.input)
    expect(given).toMatchObject([{ timeoutMs: 60_000 }, { timeoutMs: 20_000 }])
  })

  it('run again after a death it protects again: never is an old backup taken for the new one', () => {
    const rehearsal = protecting()
    rehearsal.perform('force-backup', INPUT)
    for (let call = 1; call <= rehearsal.calls.length; call += 1) {
      const host = protecting()
      host.perform('force-backup', INPUT, { death: { call, when: 'after' } })
      const before = new Set(host.database.backups.map((one) => one.name))
      expect(before.has(host.perform('force-backup', INPUT).backup)).toBe(false)
    }
  })
})

describe('switch-traffic', () => {
  const INPUT = { pool: 'toy', backend: 'recovery-host' }

  it('sends clients to the restored server alone', () => {
    const host = new FakeHost()
    expect(host.perform('switch-traffic', INPUT)).toEqual({
      before: ['old-primary'],
      after: ['recovery-host'],
    })
  })

  it('fails, worth another try, when the pool still serves anybody else', () => {
    const host = new FakeHost()
    Object.defineProperty(host, 'pool', { get: () => ['old-primary', 'recovery-host'], set: () => undefined })
    const error = host.failure('switch-traffic', INPUT)
    expect([error.code, error.retryable]).toEqual(['check-failed', true])
    expect(error.message).toContain('old-primary')
  })

  it('converges wherever it dies', () => {
    const state = (host: FakeHost) => host.pool
    expect(
      expectConvergence({ make: () => new FakeHost(), kind: 'switch-traffic', input: INPUT, state }),
    ).toBe(6)
  })
})

describe('switch-dns', () => {
  const INPUT = { name: 'toy.example', address: 'recovery-host', ttlMs: 1_000, patienceMs: 5_000 }

  it('waits until every resolver answers with the new address', () => {
    const host = new FakeHost()
    host.resolves = (resolver) => [
      host.clock.now >= (resolver === 'one' ? 400 : 1_000) ? host.dnsAddress : 'old',
    ]
    expect(host.perform('switch-dns', INPUT)).toEqual({ resolvers: ['one', 'two'], waitedMs: 1_000 })
  })

  it.each([
    ['one lags', (resolver: string) => [resolver === 'one' ? 'recovery-host' : 'old'], 'two'],
    ['one answers both addresses', () => ['recovery-host', 'old'], 'one, two'],
    ['one answers nothing', () => [], 'one, two'],
  ])('names who is behind when %s for longer than its patience', (_what, resolves, told) => {
    const host = new FakeHost()
    host.resolves = resolves
    const error = host.failure('switch-dns', INPUT)
    expect(error.code).toBe('timed-out')
    expect(error.message).toContain(told)
    expect(host.clock.now).toBe(5_000)
  })

  it('bears a name service that is away for a while', () => {
    const host = new FakeHost()
    host.resolves = () => {
      if (host.clock.now < 2_000) throw new OperatingError('connection-failed', 'no resolver answers')
      return [host.dnsAddress]
    }
    host.perform('switch-dns', INPUT)
    expect(host.clock.now).toBeGreaterThanOrEqual(2_000)
    host.resolves = () => {
      throw new OperatingError('connection-failed', 'no resolver answers')
    }
    expect(host.failure('switch-dns', INPUT).code).toBe('connection-failed')
  })

  it('proves nothing without a resolver', () => {
    const host = new FakeHost()
    host.resolvers = []
    expect(host.failure('switch-dns', INPUT).message).toContain('no resolver is configured')
  })

  it('converges wherever it dies', () => {
    const state = (host: FakeHost) => host.dnsAddress
    expect(
      expectConvergence({ make: () => new FakeHost(), kind: 'switch-dns', input: INPUT, state }),
    ).toBeGreaterThan(4)
  })
})

describe('probe-client', () => {
  const INPUT = { endpoint: 'toy', subject: 'test/dr', patienceMs: 3_000 }

  it('is answered', () => {
    expect(new FakeHost().perform('probe-client', INPUT)).toEqual({ answered: true })
  })

  it('is not content with an answer of another process', () => {
    const host = new FakeHost()
    host.services.add('toy.service', { state: 'active', invocation: 'start-1' })
    const probe = (invocation: string) => ({ ...INPUT, servedBy: { service: 'toy.service', invocation } })
    expect(host.perform('probe-client', probe('start-1'))).toEqual({ answered: true })
    expect(host.failure('probe-client', probe('start-0')).code).toBe('identity-mismatch')
    host.database.health = { ...host.database.health, instance: 'stranger' }
    expect(host.failure('probe-client', probe('start-1')).code).toBe('identity-mismatch')
  })

  it('bears an endpoint that comes up late, and tells it once', () => {
    const host = new FakeHost()
    host.database.weather = () => {
      if (host.clock.now < 1_000) throw new OperatingError('connection-failed', 'nothing listens')
    }
    host.perform('probe-client', INPUT)
    expect(host.clock.now).toBeGreaterThanOrEqual(1_000)
    expect(host.told).toHaveLength(1)
  })

  it('gives up with the last reason, not later than its patience', () => {
    const host = new FakeHost()
    host.database.weather = () => {
      throw new OperatingError('connection-failed', 'nothing listens')
    }
    expect(host.failure('probe-client', INPUT).code).toBe('connection-failed')
    expect(host.clock.now).toBe(3_000)
  })

  it('does not wait on an answer that patience cannot mend', () => {
    const host = new FakeHost()
    host.database.weather = () => {
      throw new OperatingError('response-invalid', 'it is a login page')
    }
    expect(host.failure('probe-client', INPUT).code).toBe('response-invalid')
    expect(host.clock.now).toBe(0)
  })
})

describe('notify', () => {
  it('sends the notice as it was written', () => {
    const host = new FakeHost()
    const notice = { channel: 'oncall', subject: 'Restored', body: 'All of it.' }
    expect(host.perform('notify', notice)).toEqual({ channel: 'oncall' })
    expect(host.notices).toEqual([notice])
  })

  it('sends nothing endless', () => {
    const long = { channel: 'oncall', subject: 'x'.repeat(201), body: '' }
    expect(() => new FakeHost().perform('notify', long)).toThrow()
  })
})
