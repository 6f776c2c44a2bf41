import { Executor, Obligations } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { action, drive, invocation, perform } from './support/one-action.ts'

test('an action is performed with a checked input, and says how far it was exercised', () => {
  expect(perform(action({})).exit).toMatchObject({
    value: { output: { done: 'yes' }, exercised: 'sandbox' },
  })
  const recorded = perform(action({ ports: ['Dns'] }), { ports: { Dns: {} } })
  expect(recorded.exit).toMatchObject({ value: { exercised: 'recorded' } })
  const refused = perform(action({}), {}, { input: { n: 'one' } })
  expect(refused.exit).toMatchObject({ kind: 'failure', error: { code: 'input-invalid', subject: 'n' } })
  expect(refused.events).toEqual([])
})

test('without a required ability or a port it is refused; without an optional one it does what it can, and that is told', () => {
  const required = action({ capabilities: { required: ['dns'], optional: [] } })
  expect(perform(required).exit).toMatchObject({ error: { code: 'capability-missing' } })
  expect(perform(required, { capabilities: ['dns'] }).exit).toMatchObject({ kind: 'success' })
  expect(perform(action({ ports: ['Dns'] }), { ports: {} }).exit).toMatchObject({
    error: { code: 'capability-missing' },
  })
  const optional = perform(action({ capabilities: { required: [], optional: ['chown'] } }))
  expect(optional.exit).toMatchObject({ value: { output: { done: 'yes' }, exercised: 'sandbox' } })
  expect(optional.events).toEqual([
    { type: 'evidence-collected', subject: 'not-exercised:step', evidence: { lacking: ['chown'] } },
  ])
  expect(perform(action({}), {}, { kind: 'unheard-of' }).exit).toMatchObject({
    error: { code: 'capability-missing' },
  })
})

test('without an optional ability and the port that stands for it, it is skipped as not exercised', () => {
  const names = action({ ports: ['Dns'], capabilities: { required: [], optional: ['dns'] } })
  expect(perform(names).exit).toMatchObject({
    value: { output: null, exercised: 'no', skipped: 'the target has no dns' },
  })
})

test('an output that the action itself does not allow is a defect', () => {
  const wrong = action({
    *run() {
      return { done: 7 }
    },
  })
  expect(perform(wrong).exit).toMatchObject({ kind: 'failure', error: { name: 'ProgrammerError' } })
})

test('what is done already is not done again and intends nothing', () => {
  const done = action({
    *alreadyDone() {
      return { done: 'before' }
    },
    *run() {
      throw new Error('not reached')
    },
  })
  const { exit, events } = perform(done)
  expect(exit).toMatchObject({ value: { output: { done: 'before' } } })
  expect(events).toEqual([])
})

test('an obligation is journalled before it is taken, once, and given back only by a discharge of its kind', () => {
  const obligation = (kind: string) => ({ id: 'o', kind, subject: {}, release: 'on-interrupt' as const })
  const takes = (kind: string) =>
    action({
      *run() {
        yield* Obligations.take(obligation(kind))
        yield* Obligations.take(obligation(kind))
        return { done: 'yes' }
      },
    })
  const use = function* () {
    yield* Executor.perform(invocation())
    const held = yield* Executor.held({ known: [] })
    const left = yield* Executor.release({ runId: 'run-1', ids: held.map((each) => each.obligation.id) })
    return { held, left: left.map(({ error }) => error.code), still: yield* Executor.held({ known: held }) }
  }
  const fine = drive(takes('known'), use)
  expect(fine.exit).toMatchObject({ value: { left: [], still: [] } })
  expect(fine.events.map(({ type }) => type)).toEqual(['obligation-taken', 'obligation-discharged'])
  const strange = drive(takes('constructor'), use)
  expect(strange.exit).toMatchObject({ value: { left: ['capability-missing'], still: [{ step: 'step' }] } })
  expect(strange.events.map(({ type }) => type)).toEqual(['obligation-taken'])
})
