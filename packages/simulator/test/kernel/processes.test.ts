import {
  Clock,
  Deferred,
  type Environment,
  type Exit,
  environment,
  OperatingError,
  type PortHandlers,
  sleep,
  type Task,
} from '@dr-drill/runbook-core'
import { clockHandlers, Kernel, Processes } from '@dr-drill/simulator'
import { expect, test } from 'vitest'

function world(horizonMs?: number) {
  const kernel = new Kernel(horizonMs === undefined ? {} : { horizonMs })
  const processes = new Processes(kernel)
  const ports: Environment = environment({
    Clock: clockHandlers(kernel, { epochMs: 0 }) as unknown as PortHandlers,
  })
  return { kernel, processes, ports }
}

function* after(ms: number, log: string[], what: string): Task<string> {
  try {
    yield* sleep(ms)
    log.push(what)
    return what
  } finally {
    log.push(`${what} cleaned up`)
  }
}

function* waiting<A>(answer: Deferred<A>): Task<A> {
  return yield* answer.wait()
}

const codeOf = (exit: Exit<unknown> | null): string =>
  exit?.kind === 'failure' && exit.error instanceof OperatingError ? exit.error.code : (exit?.kind ?? 'died')

test('processes live side by side in one time', () => {
  const { kernel, processes, ports } = world()
  const log: string[] = []
  const [a, b] = [processes.open('a'), processes.open('b')]
  b.start(after(300, log, 'b'), ports)
  expect(processes.drive(a, after(500, log, 'a'), ports)).toEqual({ kind: 'success', value: 'a' })
  expect([log, kernel.nowMs]).toEqual([['b', 'b cleaned up', 'a', 'a cleaned up'], 500])
})

test('what one process asks of another is performed there, and answered', () => {
  const { processes, ports } = world()
  const [client, server] = [processes.open('client'), processes.open('server')]
  const exit = processes.drive(client, waiting(server.answer(after(100, [], 'done'), ports)), ports)
  expect(exit).toEqual({ kind: 'success', value: 'done' })
})

test('a process that dies cleans up nothing, and whoever waits for it sees a broken connection', () => {
  const { kernel, processes, ports } = world()
  const log: string[] = []
  const [client, server] = [processes.open('client'), processes.open('server')]
  kernel.after(50, () => server.kill())
  const exit = processes.drive(client, waiting(server.answer(after(100, log, 'done'), ports)), ports)
  expect([codeOf(exit), kernel.nowMs, log, server.isDead]).toEqual(['connection-failed', 50, [], true])
  const late = processes.drive(client, waiting(server.answer(after(1, log, 'late'), ports)), ports)
  expect([codeOf(late), log]).toEqual(['connection-failed', []])
  server.kill()
})

test('who drives a process that dies is told so', () => {
  const { kernel, processes, ports } = world()
  const runner = processes.open('runner')
  kernel.after(10, () => runner.kill())
  expect(processes.drive(runner, after(100, [], 'never'), ports)).toBeNull()
})

test('a process that ends itself while it answers is heard of once, as gone', () => {
  const { processes, ports } = world()
  const [client, server] = [processes.open('client'), processes.open('server')]
  function* suicide(): Task<string> {
    yield* Clock.drillNow({})
    server.kill()
    return 'unheard'
  }
  expect(codeOf(processes.drive(client, waiting(server.answer(suicide(), ports)), ports))).toBe(
    'connection-failed',
  )
})

test('a paused process stands still until it is woken, and misses nothing', () => {
  const { kernel, processes, ports } = world()
  const log: string[] = []
  const slow = processes.open('slow')
  slow.start(after(100, log, 'slow'), ports)
  processes.pass(50)
  slow.isPaused = true
  processes.pass(1_000)
  expect(log).toEqual([])
  slow.isPaused = false
  processes.wake()
  processes.pass(0)
  expect([log, kernel.nowMs]).toEqual([['slow', 'slow cleaned up'], 1_050])
})

test('a world in which everybody waits for nothing says so, though timers tick for ever', () => {
  const { kernel, processes, ports } = world(10_000)
  const tick = (): void => void kernel.after(1_000, tick)
  tick()
  const stuck = waiting(new Deferred<string>())
  expect(() => processes.drive(processes.open('stuck'), stuck, ports)).toThrow('deadlock')
  expect(kernel.nowMs).toBe(10_000)
})
