import { foldRun, OperatingError, type RunEvent, RunFold, stepState } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { expression, fromStep, toyOptions, toyRunbook } from './support/toy-runbook.ts'
import { resultOf, type Script, ToyWorld } from './support/toy-world.ts'

const fails = (code: 'input-output' | 'connection-failed', ms = 1): Script => ({
  ms,
  error: () => new OperatingError(code, `it broke: ${code}`),
})

test('a run journals its start, its steps in order, the gate and its end', () => {
  const world = new ToyWorld()
  const result = resultOf(world.run(toyOptions(toyRunbook([{ id: 'a' }, { id: 'b', needs: ['a'] }]))))
  expect(result.outcome).toBe('completed')
  expect(world.types).toEqual([
    'run-started',
    'step-started a',
    'step-succeeded a',
    'step-started b',
    'step-succeeded b',
    'clock-marked',
    'run-ended',
  ])
  expect(world.events.at(-2)).toMatchObject({ name: 'gate-passed', at: 2, domain: 'drill' })
})

test('inputs, conditions, captures and checks see the steps before, a skipped one as skipped', () => {
  const world = new ToyWorld({ a: [{ ms: 1, output: { size: 7 } }] })
  const double = expression('size * 2', ['a'], (scope) => (scope.steps.a as { size: number }).size * 2)
  const seen = expression('skipped', ['b'], (scope) => (scope.steps.b as { skipped: boolean }).skipped)
  const runbook = toyRunbook([
    {
      id: 'a',
      capture: [['double', double]],
      verify: [expression('ok', ['a'], (s) => s.steps.a !== undefined)],
    },
    { id: 'b', needs: ['a'], when: expression('size > 9', ['a'], () => false) },
    { id: 'c', needs: ['b'], when: seen, input: fromStep('a', 'double') },
  ])
  const { state } = resultOf(world.run(toyOptions(runbook)))
  expect(world.invocations.map(({ step, input }) => [step, input])).toEqual([
    ['a', {}],
    ['c', 14],
  ])
  expect(stepState(state, 'b')?.status).toBe('skipped')
  expect(stepState(state, 'a')?.view).toEqual({ skipped: false, size: 7, double: 14 })
})

test('a check that does not hold fails the step', () => {
  const never = expression('1 > 2', [], () => false)
  const world = new ToyWorld()
  const result = resultOf(world.run(toyOptions(toyRunbook([{ id: 'a', verify: [never] }]))))
  expect(result.firstCause).toMatchObject({ code: 'check-failed', subject: 'a' })
})

test('an input that cannot be evaluated fails its step without retrying', () => {
  const broken = expression('nonsense', [], () => {
    throw new OperatingError('input-invalid', 'no such name', { retryable: true })
  })
  const retry = { attemptsMax: 5, delayMs: 1, delayMsMax: 1, codes: ['input-invalid' as const] }
  const world = new ToyWorld()
  const result = resultOf(world.run(toyOptions(toyRunbook([{ id: 'a', when: broken, retry }]))))
  expect(result.firstCause?.code).toBe('input-invalid')
  expect(world.types).toEqual(['run-started', 'step-failed a', 'run-ended'])
})

test('retries wait with jitter that the journal tells, keep their key, and end when the policy does', () => {
  const retry = { attemptsMax: 3, delayMs: 1_000, delayMsMax: 8_000 }
  const world = new ToyWorld({ a: [fails('connection-failed'), fails('connection-failed'), { ms: 1 }] })
  expect(resultOf(world.run(toyOptions(toyRunbook([{ id: 'a', retry }])))).outcome).toBe('completed')
  const delays = world.events.flatMap((event) =>
    event.type === 'step-retry-scheduled' ? [event.delayMs] : [],
  )
  expect(delays).toHaveLength(2)
  expect(delays[0]).toBeGreaterThanOrEqual(500)
  expect(delays[0]).toBeLessThanOrEqual(1_000)
  expect(delays[1]).toBeGreaterThanOrEqual(1_000)
  expect(delays[1]).toBeLessThanOrEqual(2_000)
  expect(world.clock.now).toBe(3 + (delays[0] ?? 0) + (delays[1] ?? 0))
  expect(new Set(world.invocations.map(({ key }) => key)).size).toBe(1)
  const always = new ToyWorld({ a: [fails('connection-failed')] })
  resultOf(always.run(toyOptions(toyRunbook([{ id: 'a', retry }]))))
  expect(always.invocations).toHaveLength(3)
})

test('an attempt that takes too long is cancelled, acknowledges, and fails as timed out', () => {
  const world = new ToyWorld({ a: [{ ms: 500_000, acknowledgeMs: 30 }] })
  const result = resultOf(world.run(toyOptions(toyRunbook([{ id: 'a', timeoutMs: 100 }]))))
  expect(result.firstCause?.code).toBe('timed-out')
  expect(world.clock.now).toBe(130)
})

test('the first cause wins: nothing new starts, those in flight acknowledge before the run ends', () => {
  const world = new ToyWorld({
    slow: [{ ms: 500, acknowledgeMs: 20 }],
    bad: [fails('input-output', 10)],
    other: [{ ms: 500, acknowledgeMs: 5 }],
  })
  const steps = [{ id: 'slow' }, { id: 'bad' }, { id: 'other' }, { id: 'never' }]
  const result = resultOf(world.run(toyOptions(toyRunbook(steps), { concurrency: 3 })))
  expect(result).toMatchObject({ outcome: 'failed', firstCause: { code: 'input-output' } })
  expect(world.types.slice(4)).toEqual([
    'step-failed bad',
    'step-interrupted slow',
    'step-interrupted other',
    'run-ended',
  ])
  expect(world.clock.now).toBe(30)
  expect(world.active).toBe(0)
})

test('a step waiting for its next attempt is interrupted too', () => {
  const retry = { attemptsMax: 9, delayMs: 100_000, delayMsMax: 100_000 }
  const world = new ToyWorld({ again: [fails('connection-failed')], bad: [fails('input-output', 50)] })
  const result = resultOf(world.run(toyOptions(toyRunbook([{ id: 'again', retry }, { id: 'bad' }]))))
  expect(result.firstCause?.code).toBe('input-output')
  expect(world.types).toContain('step-interrupted again')
  expect(world.clock.now).toBe(50)
})

test('an approval pauses the run once the others have ended; given, the resumed run completes', () => {
  const ask: Script = { ms: 1, error: () => new OperatingError('approval-needed', 'somebody must agree') }
  const runbook = toyRunbook([{ id: 'ask' }, { id: 'other' }, { id: 'then', needs: ['ask', 'other'] }])
  const world = new ToyWorld({ ask: [ask, { ms: 1, output: { by: 'kim' } }], other: [{ ms: 40 }] })
  const paused = resultOf(world.run(toyOptions(runbook, { concurrency: 2 })))
  expect(paused).toMatchObject({ outcome: 'paused', firstCause: { code: 'approval-needed' } })
  expect(world.types.slice(-3)).toEqual(['step-failed ask', 'step-succeeded other', 'run-ended'])
  const fold = new RunFold(runbook, 2)
  for (const entry of world.journal.events) fold.observe(entry)
  const resume = fold.resumption({ gapMs: 5_000, dropped: 'nothing' })
  const done = resultOf(world.run(toyOptions(runbook, { resume, approvals: { ask: 'kim' } })))
  expect(done.outcome).toBe('completed')
  expect(world.invocations.at(-2)).toMatchObject({ step: 'ask', attempt: 2, approvedBy: 'kim' })
  expect(world.invocations.filter(({ step }) => step === 'other')).toHaveLength(1)
  expect(world.types).toContain('approval-given ask')
})

test('an approval of a step that does not exist starts nothing', () => {
  const world = new ToyWorld()
  const exit = world.run(toyOptions(toyRunbook([{ id: 'a' }]), { approvals: { b: 'kim' } }))
  expect(exit).toMatchObject({ kind: 'failure', error: { code: 'usage-invalid' } })
  expect(world.events).toEqual([])
})

test('the deadline ends the run as its first cause', () => {
  const world = new ToyWorld({ a: [{ ms: 10_000 }] })
  const result = resultOf(world.run(toyOptions(toyRunbook([{ id: 'a' }]), { deadlineMs: 300 })))
  expect(result).toMatchObject({ outcome: 'failed', firstCause: { code: 'deadline-passed' } })
  expect(world.types.slice(-3)).toEqual(['cancel-requested', 'step-interrupted a', 'run-ended'])
})

test('what the target cannot exercise is skipped with the reason', () => {
  const world = new ToyWorld({ a: [{ ms: 1, skipped: 'no name service' }] })
  const result = resultOf(world.run(toyOptions(toyRunbook([{ id: 'a' }, { id: 'b', needs: ['a'] }]))))
  expect(result.outcome).toBe('completed')
  expect(world.events[2]).toMatchObject({
    type: 'step-skipped',
    step: 'a',
    reason: 'not-exercised',
    detail: 'no name service',
  })
})

test('a step that requires what the target cannot do is skipped with the reason', () => {
  const world = new ToyWorld()
  const runbook = toyRunbook([
    { id: 'a', requires: ['change-bind-address'] },
    { id: 'b', needs: ['a'] },
  ])
  const options = toyOptions(runbook)
  expect(resultOf(world.run(options)).outcome).toBe('completed')
  expect(world.events[1]).toMatchObject({ type: 'step-skipped', step: 'a', reason: 'not-exercised' })
  const able = new ToyWorld()
  const identity = { ...options.identity, capabilities: ['change-bind-address'] }
  resultOf(able.run({ ...options, identity }))
  expect(able.types).toContain('step-succeeded a')
})

test('a defect of an action ends the run in order, as internal', () => {
  const world = new ToyWorld({ a: [{ ms: 1, error: () => new TypeError('oops \ud800') }] })
  const result = resultOf(world.run(toyOptions(toyRunbook([{ id: 'a' }]))))
  expect(result).toMatchObject({ outcome: 'failed', firstCause: { code: 'internal' } })
})

test('an output or capture that a journal cannot hold fails its step', () => {
  const odd = expression('0 / 0', [], () => Number.NaN)
  const captured = new ToyWorld()
  const result = resultOf(captured.run(toyOptions(toyRunbook([{ id: 'a', capture: [['odd', odd]] }]))))
  expect(result.firstCause?.code).toBe('input-invalid')
  const hostile = new ToyWorld({ a: [{ ms: 1, output: { text: 'half \ud800' } }] })
  expect(resultOf(hostile.run(toyOptions(toyRunbook([{ id: 'a' }])))).firstCause?.code).toBe('input-invalid')
  const large = new ToyWorld({ a: [{ ms: 1, output: 'x'.repeat(3_000_000) }] })
  expect(resultOf(large.run(toyOptions(toyRunbook([{ id: 'a' }])))).firstCause?.code).toBe('input-too-large')
})

test('the state at the end is the fold of the journal', () => {
  const world = new ToyWorld({ b: [fails('input-output')] })
  const runbook = toyRunbook([{ id: 'a' }, { id: 'b', needs: ['a'] }, { id: 'c' }])
  const { state } = resultOf(world.run(toyOptions(runbook)))
  const folded = foldRun(runbook, world.events, 4)
  expect([...folded.steps]).toEqual([...state.steps])
  expect({ ...folded, steps: 0, graph: 0 }).toEqual({ ...state, steps: 0, graph: 0 })
})

test('resume refuses another runbook, tool, action set, target or run', () => {
  const world = new ToyWorld()
  const runbook = toyRunbook([{ id: 'a' }])
  const started = { ...toyOptions(runbook).identity, type: 'run-started' } as unknown as RunEvent
  const complete = { ...started, runbook: { digest: runbook.digest }, params: {} } as RunEvent
  const fold = new RunFold(runbook, 1)
  fold.observe({ at: 0, event: complete })
  const resume = fold.resumption({ gapMs: 0, dropped: 'nothing' })
  const good = toyOptions(runbook, { resume })
  const others = [
    { ...good, runbook: { ...runbook, digest: 'e'.repeat(64) } },
    { ...good, identity: { ...good.identity, tool: { version: '1', digest: 'x' } } },
    { ...good, identity: { ...good.identity, actionsDigest: 'x' } },
    { ...good, identity: { ...good.identity, target: 'host' } },
    { ...good, identity: { ...good.identity, runId: 'run-2' } },
  ]
  for (const options of others) {
    expect(world.run(options)).toMatchObject({ kind: 'failure', error: { code: 'precondition-failed' } })
  }
  expect(world.events).toEqual([])
  expect(resultOf(world.run(good)).outcome).toBe('completed')
})

test('a resumed run has a fresh retry budget, and its attempts count on', () => {
  const retry = { attemptsMax: 2, delayMs: 10, delayMsMax: 10 }
  const broken = fails('connection-failed')
  const world = new ToyWorld({ a: [broken, broken, broken, { ms: 1 }] })
  const runbook = toyRunbook([{ id: 'a', retry }])
  expect(resultOf(world.run(toyOptions(runbook))).outcome).toBe('failed')
  const fold = new RunFold(runbook, 1)
  for (const entry of world.journal.events) fold.observe(entry)
  const resume = fold.resumption({ gapMs: 9, dropped: 'nothing' })
  expect(resultOf(world.run(toyOptions(runbook, { resume }))).outcome).toBe('completed')
  expect(world.invocations.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
})

test('a resumed run performs volatile steps again, and only those', () => {
  const world = new ToyWorld({
    stop: [{ ms: 1, error: () => new OperatingError('disk-full', 'full') }, { ms: 1 }],
  })
  world.volatileKinds = ['volatile']
  const runbook = toyRunbook([
    { id: 'base' },
    { id: 'serve', kind: 'volatile', needs: ['base'] },
    { id: 'stop', needs: ['serve'] },
  ])
  resultOf(world.run(toyOptions(runbook)))
  const fold = new RunFold(runbook, 2)
  for (const entry of world.journal.events) fold.observe(entry)
  const resume = fold.resumption({ gapMs: 9, dropped: 'nothing' })
  expect(resultOf(world.run(toyOptions(runbook, { resume }))).outcome).toBe('completed')
  expect(world.invocations.map(({ step }) => step)).toEqual(['base', 'serve', 'stop', 'serve', 'stop'])
  expect(world.types).toContain('step-undone serve')
})

test('a journal without a run cannot be resumed', () => {
  const fold = new RunFold(toyRunbook([{ id: 'a' }]), 1)
  expect(() => fold.resumption({ gapMs: 0, dropped: 'nothing' })).toThrow(/no run to resume/)
})
