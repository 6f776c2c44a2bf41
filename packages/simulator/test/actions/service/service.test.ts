import { OperatingError } from '@dr-drill/runbook-core'
import { describe, expect, it } from 'vitest'
import { expectConvergence } from '../fakes/convergence.ts'
import { FakeHost } from '../fakes/fake-host.ts'

const START = {
  name: 'toy.service',
  dataRoots: ['/data/wal'],
  protection: { owner: 'toy', group: 'toy', directoryMode: '0750', fileMode: '0640' },
}

function installed(): FakeHost {
  const host = new FakeHost().place('/data/wal/one', 'x', { mode: 0o600, owner: 'root', group: 'root' })
  host.services.add('toy.service')
  return host
}

describe('install-units', () => {
  it('installs the whole set and starts nothing', () => {
    const host = new FakeHost()
    expect(host.perform('install-units', { set: 'all' }).installed).toEqual([
      'toy.service',
      'toy-backup.service',
      'toy-backup.timer',
    ])
    expect(
      [...host.services.units.values()].every((unit) => unit.state === 'inactive' && !unit.enabled),
    ).toBe(true)
  })

  it('tells a set that nobody knows', () => {
    for (const set of ['none', '__proto__', 'constructor']) {
      expect(new FakeHost().failure('install-units', { set }).code).toBe('input-invalid')
    }
  })

  it('converges wherever it dies', () => {
    const state = (host: FakeHost) => host.services.image
    expect(
      expectConvergence({ make: () => new FakeHost(), kind: 'install-units', input: { set: 'all' }, state }),
    ).toBe(2)
  })
})

describe('start-service', () => {
  it('gives its process the data first, then starts it and remembers which process that is', () => {
    const host = installed()
    expect(host.perform('start-service', START)).toEqual({
      name: 'toy.service',
      invocation: 'start-1',
      mended: ['/data/wal', '/data/wal/one'],
    })
    expect(host.files.stat({ path: '/data/wal/one' })).toMatchObject({ mode: 0o640, owner: 'toy' })
  })

  it('has journalled that it stops the service on an interrupt before the service runs', () => {
    const host = installed()
    host.services.onRun = () => {
      expect(host.obligations).toMatchObject([
        { kind: 'service-stop', subject: { name: 'toy.service' }, release: 'on-interrupt' },
      ])
    }
    host.perform('start-service', START)
    expect(host.obligations).toHaveLength(1)
  })

  it("starts anew when repeated: what runs already may be anybody's", () => {
    const host = installed()
    host.perform('start-service', START)
    expect(host.perform('start-service', START).invocation).toBe('start-2')
  })

  it('tells a process that dies at once, with what it logged', () => {
    const host = installed()
    host.services.dying.add('toy.service')
    host.services.logs.set('toy.service', ['panic: no config'])
    const error = host.failure('start-service', START)
    expect(error.code).toBe('service-failed')
    expect(error.retryable).toBe(true)
    expect(error.message).toContain('panic: no config')
    host.services.dying.clear()
    expect(host.perform('start-service', START).invocation).toBe('start-1')
  })

  it('tells a unit that is not installed, before anything starts', () => {
    const host = new FakeHost()
    expect(host.failure('start-service', { name: 'toy.service' }).code).toBe('service-failed')
    expect(host.services.units.size).toBe(0)
  })

  it('converges wherever it dies', () => {
    const deaths = expectConvergence({
      make: installed,
      kind: 'start-service',
      input: START,
      state: (host) => [host.services.image, host.files.stat({ path: '/data/wal/one' })?.mode],
    })
    expect(deaths).toBeGreaterThan(10)
  })

  it('takes no unit name that could be something else', () => {
    for (const name of ['toy', '../toy.service', 'Toy.service', 'a b.service', '-.service\n']) {
      expect(() => installed().perform('start-service', { name }), name).toThrow()
    }
  })
})

describe('stop-service', () => {
  const NAMES = ['toy.service', 'toy.timer', 'absent.service']
  const running = (): FakeHost => {
    const host = new FakeHost()
    host.services.add('toy.service', { state: 'active', enabled: true, invocation: 'start-1' })
    host.services.add('toy.timer', { state: 'active', enabled: true, nextElapseAt: 1 })
    return host
  }

  it('stops and disables what is there, timers first; what is absent is fine', () => {
    const host = running()
    expect(host.perform('stop-service', { names: NAMES })).toEqual({
      stopped: ['toy.timer', 'toy.service'],
      absent: ['absent.service'],
    })
    expect([...host.services.units.values()].map(({ state, enabled }) => [state, enabled])).toEqual([
      ['inactive', false],
      ['inactive', false],
    ])
  })

  it('stops one that failed, so that its restart policy does not bring it back', () => {
    const host = new FakeHost()
    host.services.add('toy.service', { state: 'failed' })
    host.perform('stop-service', { names: ['toy.service'] })
    expect(host.services.units.get('toy.service')?.state).toBe('inactive')
  })

  it('converges wherever it dies', () => {
    const state = (host: FakeHost) => host.services.image
    const input = { names: NAMES }
    expect(expectConvergence({ make: running, kind: 'stop-service', input, state })).toBeGreaterThan(8)
  })
})

describe('await-health', () => {
  const INPUT = { service: 'toy.service', endpoint: 'toy', invocation: 'start-1', patienceMs: 10_000 }
  const LOG = ['replaying 3 entries', 'noise', 'ready on 1']
  const serving = (): FakeHost => {
    const host = new FakeHost()
    host.services.add('toy.service', { state: 'active', invocation: 'start-1' })
    host.services.logs.set('toy.service', LOG)
    return host
  }

  it('gives what the healthy process says and the start-up lines in order', () => {
    expect(serving().perform('await-health', INPUT)).toEqual({
      recordCount: 3,
      history: 'h',
      log: ['replaying 3 entries', 'ready on 1'],
      waitedMs: 0,
    })
  })

  it('waits through refusals and unhealthy answers', () => {
    const host = serving()
    const { health } = host.database
    host.database.weather = () => {
      if (host.clock.now < 1_000) throw new OperatingError('connection-failed', 'nothing listens')
      host.database.health = { ...health, healthy: host.clock.now >= 2_000 }
    }
    expect(host.perform('await-health', INPUT).waitedMs).toBe(2_000)
  })

  it('gives up when its patience ends and says why', () => {
    const host = serving()
    host.database.health = { ...host.database.health, healthy: false }
    const error = host.failure('await-health', INPUT)
    expect(error.code).toBe('timed-out')
    expect(error.message).toContain('not healthy')
    expect(host.clock.now).toBe(10_000)
  })

  it('ends early, with the log, when the process dies', () => {
    const host = serving()
    host.services.add('toy.service', { state: 'failed' })
    host.database.weather = () => {
      throw new OperatingError('connection-failed', 'nothing listens')
    }
    const error = host.failure('await-health', INPUT)
    expect(error.code).toBe('service-failed')
    expect(error.message).toContain('ready on 1')
    expect(host.clock.now).toBe(0)
  })

  it('refuses another process at once: in the service, or at the endpoint', () => {
    const restarted = serving()
    restarted.services.add('toy.service', { state: 'active', invocation: 'start-9' })
    expect(restarted.failure('await-health', INPUT).code).toBe('identity-mismatch')
    const stranger = serving()
    stranger.database.health = { ...stranger.database.health, instance: 'stranger' }
    expect(stranger.failure('await-health', INPUT).code).toBe('identity-mismatch')
  })

  it.each([[['replaying']], [['ready', 'replaying']], [[]]])(
    'does not believe a start that logged %j',
    (lines) => {
      const host = serving()
      host.services.logs.set('toy.service', lines)
      expect(host.failure('await-health', INPUT).code).toBe('check-failed')
    },
  )

  it('polls with a pause', () => {
    expect(() => serving().perform('await-health', { ...INPUT, pollMs: 0 })).toThrow()
  })
})
