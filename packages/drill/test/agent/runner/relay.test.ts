import { type EventOrigin, eventProblem, type RunEvent } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { Relay } from '../../../src/agent/runner/relay.ts'
import { ToldEvents } from '../../../src/agent/runner/told-events.ts'
import { codeOf } from '../../support/calls.ts'

const note = (subject: string): RunEvent => ({ type: 'evidence-collected', subject, evidence: null })

function relayed(after = 0) {
  const journal: (readonly [RunEvent, EventOrigin | undefined, boolean])[] = []
  const relay = new Relay(() => {})
  relay.attach('spool', after, after)
  const append = async (
    events: readonly RunEvent[],
    durable: boolean,
    origins: ReadonlyMap<RunEvent, EventOrigin>,
  ) => void journal.push(...events.map((event) => [event, origins.get(event), durable] as const))
  return { relay, journal, append }
}

test('events reach the journal with where they come from; those that came before it was there go first', async () => {
  const { relay, journal, append } = relayed(4)
  expect(await relay.receive({ first: 5, durable: true, events: [note('a'), note('b')] })).toBeNull()
  expect(relay.kept).toBe(1)
  await relay.journalTo(append)
  expect(await relay.receive({ first: 7, durable: false, events: [note('c')] })).toBeNull()
  expect(await relay.receive({ first: 8, durable: true, events: [note('d')] })).toBe(8)
  expect(journal.map(([event, origin]) => [(event as { subject: string }).subject, origin?.seq])).toEqual([
    ['a', 5],
    ['b', 6],
    ['c', 7],
    ['d', 8],
  ])
  expect(journal.map(([, , durable]) => durable)).toEqual([true, true, false, true])
})

const error = {
  code: 'disk-full',
  message: '',
  subject: null,
  hint: '',
  retryable: false,
  cause: null,
  origin: null,
}

test.each([
  ['a number that was passed over', { first: 3, durable: true, events: [note('x')] }],
  ['a number that came already', { first: 1, durable: true, events: [note('x')] }],
  ['no events', { first: 2, durable: true, events: [] }],
  ['no number', { durable: true, events: [note('x')] }],
  ['nothing', null],
  [
    'the end of the run',
    { first: 2, durable: true, events: [{ type: 'run-ended', outcome: 'completed', firstCause: null }] },
  ],
  ['the success of a step', { first: 2, durable: true, events: [{ type: 'step-succeeded', step: 's' }] }],
  ['an approval', { first: 2, durable: true, events: [{ type: 'approval-given', step: 's', by: 'me' }] }],
  [
    'an intent without its port',
    { first: 2, durable: true, events: [{ type: 'effect-intended', step: 's', ordinal: 1 }] },
  ],
  ['an event of a later release', { first: 2, durable: true, events: [{ type: 'something-new' }] }],
])('%s is refused, and the journal hears nothing of it', async (_what, params) => {
  const { relay, journal, append } = relayed()
  await relay.journalTo(append)
  await relay.receive({ first: 1, durable: true, events: [note('before')] })
  expect(await codeOf(() => relay.receive(params))).toBe('agent-invalid')
  expect(journal).toHaveLength(1)
})

test('a spool that begins later than the journal ends is refused: events are missing', async () => {
  const relay = new Relay(() => {})
  expect(await codeOf(() => relay.attach('spool', 5, 4))).toBe('agent-invalid')
  expect(eventProblem({ type: 'step-failed', step: 's', attempt: 1, error })).toBeNull()
})

test('what the next agent must know is folded from what was told', () => {
  const told = new ToldEvents()
  const intent = (step: string, ordinal: number) => ({ type: 'effect-intended', step, ordinal }) as RunEvent
  const obligation = { id: 'o', kind: 'service-stop', subject: {}, release: 'on-interrupt' } as const
  for (const event of [intent('a', 1), intent('a', 2), note('baseline:path:/x'), note('other')])
    told.observe(event)
  told.observe({ type: 'obligation-taken', step: 'a', obligation })
  expect([told.effectsOf('a'), told.effectsOf('b'), told.baselined]).toEqual([2, 0, ['baseline:path:/x']])
  expect(told.held).toEqual([{ step: 'a', obligation, effectsBefore: 2 }])
  told.observe({ type: 'obligation-discharged', id: 'o' })
  told.adopt([{ step: 'a', obligation, effectsBefore: 7 }])
  expect([told.held, told.effectsOf('a')]).toEqual([[], 7])
})
