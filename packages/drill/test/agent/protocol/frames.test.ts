import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeFrame, FrameReader } from '../../../src/agent/protocol/frames.ts'
import { codeOf } from '../../support/calls.ts'

const message = fc.dictionary(fc.string(), fc.jsonValue())

test('messages arrive whole and in order, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat(40)), (messages, cuts) => {
      const bytes = Buffer.concat(messages.map(encodeFrame))
      const reader = new FrameReader()
      const read: object[] = []
      let at = 0
      for (const cut of cuts) {
        read.push(...reader.push(bytes.subarray(at, at + cut)))
        at += cut
      }
      read.push(...reader.push(bytes.subarray(at)))
      expect(read).toEqual(messages.map((one) => JSON.parse(JSON.stringify(one)) as unknown))
    }),
  )
})

test.each([
  ['longer than any may be', Buffer.from('{"x":"0123456789"}\n'), 10],
  ['longer, before its end is there', Buffer.from('{"x":"0123456789'), 10],
  ['no JSON', Buffer.from('{"x":\n'), 100],
  ['no object', Buffer.from('[1]\n'), 100],
  ['null', Buffer.from('null\n'), 100],
  ['nothing', Buffer.from('\n'), 100],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22, 0x0a]), 100],
])('a frame that is %s is refused by a typed error', async (_what, bytes, max) => {
  const reader = new FrameReader(max)
  expect(await codeOf(() => [...reader.push(bytes)])).toBe('agent-invalid')
})

test('no bytes at all make a reader crash', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
      const reader = new FrameReader(50)
      try {
        for (const chunk of chunks)
          for (const read of reader.push(Buffer.from(chunk))) expect(read).toBeTypeOf('object')
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'agent-invalid' })
      }
    }),
  )
})
