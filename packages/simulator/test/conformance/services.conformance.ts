import {
  attempt,
  Clock,
  type Environment,
  type Exit,
  fork,
  interruptFiber,
  join,
  OperatingError,
  type ServiceStatus,
  Services,
  type ServiceUnit,
  sleep,
  type Task,
  type TimerUnit,
} from '@dr-drill/runbook-core'
import { describe, expect, test } from 'vitest'

/** What the program behind a unit of the body does, by its name. */
export type ConformanceProgram =
  /** Says `up` and serves until it is stopped. */
  | 'server'
  /** Says `working` and `done`, and ends with 0. */
  | 'good'
  /** Says `broke` and ends with 3. */
  | 'bad'
  /** Runs for a minute. */
  | 'slow'

/** A fresh service manager with the ports Services and Clock, and how tasks are driven over it. */
export interface ServicesUnderTest {
  readonly environment: Environment
  run<A>(task: Task<A>): Promise<Exit<A>>
  /** The process of a service is killed from outside. */
  kill(name: string): void
  dispose(): Promise<void> | void
}

const unit = (name: ConformanceProgram, more: Partial<ServiceUnit> = {}): ServiceUnit => ({
  kind: 'service',
  name: `${name}.service`,
  description: name,
  type: name === 'server' ? 'daemon' : 'oneshot',
  argv: [name],
  user: 'root',
  group: 'root',
  environmentFile: null,
  writablePaths: [],
  restart: 'no',
  restartDelayMs: 1,
  startTimeoutMs: 30_000,
  stopTimeoutMs: 30_000,
  ...more,
})

const TIMER: TimerUnit = {
  kind: 'timer',
  name: 'good.timer',
  description: 'a timer',
  service: 'good.service',
  intervalMs: 3_600_000,
  alignedToDay: true,
  accuracyMs: 0,
}

const ALL = [unit('server'), unit('good'), unit('bad'), unit('slow'), TIMER]

function* statusOf(name: string): Task<ServiceStatus> {
  const [status] = yield* Services.status({ names: [name] })
  if (status === undefined) throw new TypeError('each name has a status')
  return status
}

/** Looks again until it is so, ten seconds at most; answers what was seen last. */
function* eventually(name: string, holds: (status: ServiceStatus) => boolean): Task<ServiceStatus> {
  const startedAt = yield* Clock.drillNow({})
  for (;;) {
    const status = yield* statusOf(name)
    if (holds(status) || (yield* Clock.drillNow({})) - startedAt > 10_000) return status
    yield* sleep(5)
  }
}

function* codeOf(task: Task<unknown>): Task<string> {
  const result = yield* attempt(task)
  return result.ok ? 'done' : result.error.code
}

/** What every implementation of the port Services must do, whatever its processes are. */
export function servicesConformance(
  name: string,
  make: () => Promise<ServicesUnderTest> | ServicesUnderTest,
): void {
  async function on<A>(task: (subject: ServicesUnderTest) => Task<A>, units = ALL): Promise<A> {
    const subject = await make()
    try {
      const exit = await subject.run(installed(units, () => task(subject)))
      if (exit.kind === 'success') return exit.value
      throw exit.kind === 'failure' ? exit.error : new TypeError('it was interrupted')
    } finally {
      await subject.dispose()
    }
  }

  describe(`${name} is a service manager`, () => {
    test('what is installed does not run and is not enabled', async () => {
      const statuses = await on(() =>
        Services.status({ names: ['server.service', 'good.timer', 'none.service'] }),
      )
      const idle = {
        enabled: false,
        state: 'inactive',
        invocation: null,
        lastExitCode: null,
        nextElapseAt: null,
        lastRunAt: null,
      }
      expect(statuses).toEqual([
        { ...idle, name: 'server.service', installed: true },
        { ...idle, name: 'good.timer', installed: true },
        { ...idle, name: 'none.service', installed: false },
      ])
    })

    test('each start is another process; starting one that runs changes nothing', async () => {
      const seen = await on(function* () {
        const invocations: (string | null)[] = []
        for (const step of ['start', 'start', 'stop', 'stop', 'start'] as const) {
          yield* Services[step]({ name: 'server.service' })
          const { invocation, state } = yield* statusOf('server.service')
          expect(state).toBe(step === 'start' ? 'active' : 'inactive')
          invocations.push(invocation)
        }
        return invocations
      })
      const [first, same, none, still, other] = seen
      expect([first === null, same === first, none, still, other === null, other === first]).toEqual([
        false,
        true,
        null,
        null,
        false,
        false,
      ])
    })

    test('the log is of the last process, its newest lines', async () => {
      const lines = await on(function* () {
        yield* Services.runOnce({ name: 'good.service', timeoutMs: 20_000 })
        yield* Services.runOnce({ name: 'good.service', timeoutMs: 20_000 })
        return [
          yield* Services.log({ name: 'good.service', linesMax: 9 }),
          yield* Services.log({ name: 'good.service', linesMax: 1 }),
          yield* Services.log({ name: 'good.service', linesMax: 0 }),
        ]
      })
      expect(lines).toEqual([['working', 'done'], ['done'], []])
    })

    test('a run that succeeds is told so', async () => {
      const [status, before] = await on(function* () {
        const now = yield* Clock.historyNow({})
        yield* Services.runOnce({ name: 'good.service', timeoutMs: 20_000 })
        return [yield* statusOf('good.service'), now] as const
      })
      expect(status).toMatchObject({ state: 'inactive', invocation: null, lastExitCode: 0 })
      expect(status.lastRunAt).toBeGreaterThanOrEqual(before)
    })

    test('a run that fails is told so, with its code and its last words', async () => {
      const [error, status] = await on(function* () {
        const result = yield* attempt(Services.runOnce({ name: 'bad.service', timeoutMs: 20_000 }))
        return [result.ok ? null : result.error, yield* statusOf('bad.service')] as const
      })
      expect(error).toBeInstanceOf(OperatingError)
      expect([error?.code, error?.message.includes('broke')]).toEqual(['service-failed', true])
      expect(status).toMatchObject({ state: 'failed', lastExitCode: 3 })
    })

    test('a run that takes too long is killed', async () => {
      const [code, status] = await on(function* () {
        const ended = yield* codeOf(Services.runOnce({ name: 'slow.service', timeoutMs: 200 }))
        return [ended, yield* eventually('slow.service', ({ state }) => state === 'failed')] as const
      })
      expect([code, status.state, status.invocation, status.lastExitCode]).toEqual([
        'timed-out',
        'failed',
        null,
        null,
      ])
    })

    test('a run whose caller is interrupted is killed', async () => {
      const status = await on(function* () {
        const run = yield* fork(Services.runOnce({ name: 'slow.service', timeoutMs: 60_000 }))
        yield* eventually('slow.service', ({ invocation }) => invocation !== null)
        yield* interruptFiber(run)
        return yield* eventually('slow.service', ({ invocation }) => invocation === null)
      })
      expect([status.invocation, status.state]).toEqual([null, 'failed'])
    })

    test('a run that is asked for during another comes after it', async () => {
      const ends = await on(function* () {
        const runs = [
          yield* fork(Services.runOnce({ name: 'good.service', timeoutMs: 20_000 })),
          yield* fork(Services.runOnce({ name: 'good.service', timeoutMs: 20_000 })),
        ]
        for (const run of runs) yield* join(run)
        return yield* statusOf('good.service')
      })
      expect(ends).toMatchObject({ state: 'inactive', lastExitCode: 0 })
    })

    test('a service that is killed stays down, unless its unit says otherwise', async () => {
      for (const restart of ['no', 'on-failure'] as const) {
        const [before, after] = await on(
          function* ({ kill }) {
            yield* Services.start({ name: 'server.service' })
            const { invocation } = yield* statusOf('server.service')
            kill('server.service')
            const isOver = (status: ServiceStatus) =>
              restart === 'no'
                ? status.state === 'failed'
                : status.invocation !== null && status.invocation !== invocation
            return [invocation, yield* eventually('server.service', isOver)] as const
          },
          [unit('server', { restart })],
        )
        expect(after.lastExitCode).toBeNull()
        expect(after.state).toBe(restart === 'no' ? 'failed' : 'active')
        expect(after.invocation === before).toBe(false)
      }
    })

    test('enabled is what somebody enabled, whether it runs or not', async () => {
      const seen = await on(function* () {
        yield* Services.enable({ name: 'server.service' })
        yield* Services.enable({ name: 'good.timer' })
        const on = yield* Services.status({ names: ['server.service', 'good.timer'] })
        yield* Services.disable({ name: 'good.timer' })
        return [...on, yield* statusOf('good.timer')].map(({ enabled, state }) => `${enabled} ${state}`)
      })
      expect(seen).toEqual(['true inactive', 'true inactive', 'false inactive'])
    })

    test('a timer that runs says when it elapses next; one that is stopped does not', async () => {
      const [now, on1, off] = await on(function* () {
        yield* Services.start({ name: 'good.timer' })
        const at = yield* Clock.historyNow({})
        const running = yield* statusOf('good.timer')
        yield* Services.stop({ name: 'good.timer' })
        return [at, running, yield* statusOf('good.timer')] as const
      })
      expect(on1).toMatchObject({ state: 'active', invocation: null, lastRunAt: null })
      expect((on1.nextElapseAt ?? 0) % TIMER.intervalMs).toBe(0)
      expect(on1.nextElapseAt ?? 0).toBeGreaterThan(now - 1_000)
      expect(on1.nextElapseAt ?? 0).toBeLessThanOrEqual(now + TIMER.intervalMs)
      expect(off).toMatchObject({ state: 'inactive', nextElapseAt: null })
    })

    test('units that nobody installed are refused by name, but for being stopped', async () => {
      const codes = await on(function* () {
        const none = { name: 'none.service' }
        return [
          yield* codeOf(Services.start(none)),
          yield* codeOf(Services.enable(none)),
          yield* codeOf(Services.disable(none)),
          yield* codeOf(Services.runOnce({ ...none, timeoutMs: 1 })),
          yield* codeOf(Services.log({ ...none, linesMax: 1 })),
          yield* codeOf(Services.stop(none)),
        ]
      })
      expect(codes).toEqual([...Array(5).fill('service-failed'), 'done'])
    })
  })
}

function* installed<A>(units: readonly (ServiceUnit | TimerUnit)[], task: () => Task<A>): Task<A> {
  yield* Services.install({ units: [...units] })
  return yield* task()
}
