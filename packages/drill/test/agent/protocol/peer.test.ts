import { PassThrough } from 'node:stream'
import { OperatingError } from '@dr-drill/runbook-core'
import { afterEach, expect, test } from 'vitest'
import { Peer, type PeerOptions } from '../../../src/agent/protocol/peer.ts'
import { errorOf } from '../../support/calls.ts'

const streams: PassThrough[] = []
afterEach(() => {
  for (const stream of streams.splice(0)) stream.destroy()
})

type Offer = Partial<Pick<PeerOptions, 'requests' | 'notifications'>>

function pipe(): PassThrough {
  const stream = new PassThrough()
  streams.push(stream)
  return stream
}

/** Two sides of one connection. */
function pair(left: Offer, right: Offer) {
  const [there, back] = [pipe(), pipe()]
  const side = (offer: Offer, input: PassThrough, output: PassThrough) =>
    new Peer({ input, output, requests: {}, notifications: {}, ...offer })
  return { left: side(left, back, there), right: side(right, there, back), there, back }
}

/** A peer that a stranger writes to, and what it writes back. */
function stranger(offer: Offer = {}) {
  const [input, output] = [pipe(), pipe()]
  const peer = new Peer({ input, output, requests: {}, notifications: {}, ...offer })
  return { peer, input, answers: () => String(output.read() ?? '') }
}

test('requests are answered, errors arrive as what they were, both ways at once', async () => {
  const failing = async () => {
    throw new OperatingError('disk-full', 'no room', { subject: '/x', hint: 'Make room.' })
  }
  const { left, right } = pair(
    { requests: { failing } },
    { requests: { double: async (n) => 2 * (n as { n: number }).n } },
  )
  const [doubled, error] = await Promise.all([
    left.request('double', { n: 21 }),
    errorOf(() => right.request('failing', {})),
  ])
  expect(doubled).toBe(42)
  expect([error.code, error.message, error.subject, error.hint]).toEqual([
    'disk-full',
    'no room',
    '/x',
    'Make room.',
  ])
})

test('an unknown method is told, and the connection goes on', async () => {
  const { left } = pair({}, { requests: { known: async () => 'yes' } })
  expect((await errorOf(() => left.request('constructor', {}))).code).toBe('agent-invalid')
  expect(await left.request('known', {})).toBe('yes')
})

test('a request can be given up, also before anybody listens for that', async () => {
  let giveUp: () => void = () => {}
  const { left } = pair(
    {},
    {
      requests: {
        wait: async (_params, onCancel) => {
          await Promise.resolve()
          await new Promise<void>((resolve) => onCancel(resolve))
          throw new OperatingError('cancelled', 'as asked')
        },
      },
    },
  )
  const asked = errorOf(() =>
    left.request('wait', {}, (listener) => {
      giveUp = listener
    }),
  )
  giveUp()
  expect((await asked).code).toBe('cancelled')
})

test('what follows a notification waits until it has been dealt with', async () => {
  const seen: string[] = []
  const { left, right } = pair(
    {
      notifications: {
        slow: async () => {
          await new Promise((resolve) => setImmediate(resolve))
          seen.push('slow')
        },
      },
    },
    { requests: { ask: async () => right.notify('slow', {}) } },
  )
  await left.request('ask', {})
  expect(seen).toEqual(['slow'])
})

test('the end of the stream ends every request', async () => {
  const { left, back } = pair({}, { requests: { never: () => new Promise(() => {}) } })
  const asked = errorOf(() => left.request('never', {}))
  back.end()
  expect((await asked).code).toBe('agent-lost')
  expect((await errorOf(() => left.request('never', {}))).code).toBe('agent-lost')
})

test.each([
  ['no JSON at all', 'GET / HTTP/1.1\n'],
  ['an answer to nothing', '{"jsonrpc":"2.0","id":7,"result":1}\n'],
  ['a notification that nobody knows', '{"jsonrpc":"2.0","method":"toString"}\n'],
  ['a request whose number is a text', '{"jsonrpc":"2.0","id":"1","method":"known"}\n'],
  ['a number that is taken', '{"id":1,"method":"never"}\n{"id":1,"method":"never"}\n'],
  [
    'more requests than anybody has',
    Array.from({ length: 1100 }, (_, id) => `{"id":${id},"method":"never"}\n`).join(''),
  ],
])('%s ends the connection with a typed error, which the other side hears', async (_what, text) => {
  const { peer, input, answers } = stranger({ requests: { never: () => new Promise(() => {}) } })
  input.write(text)
  expect((await peer.ended).code).toBe('agent-invalid')
  expect(answers()).toContain('"code":"agent-invalid"')
  expect((await errorOf(() => peer.request('x', {}))).code).toBe('agent-invalid')
})
