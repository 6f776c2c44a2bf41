import { EventQueue, Kernel } from '@dr-drill/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('add' as const), at: fc.integer({ min: 0, max: 20 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
)

test('events leave by time, then in the order of scheduling, whatever is added, cancelled and taken between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new EventQueue()
      const events: ReturnType<EventQueue['add']>[] = []
      let model: { at: number; index: number }[] = []
      const takeBoth = () => {
        model.sort((a, b) => a.at - b.at || a.index - b.index)
        const expected = model.shift() ?? null
        const taken = queue.take()
        expect(taken === null ? null : events.indexOf(taken)).toBe(expected === null ? null : expected.index)
      }
      for (const one of steps) {
        if (one.kind === 'add') {
          model.push({ at: one.at, index: events.length })
          events.push(queue.add(one.at, () => {}))
        } else if (one.kind === 'take') takeBoth()
        else if (events.length > 0) {
          const index = one.which % events.length
          queue.cancel(events[index] as ReturnType<EventQueue['add']>)
          model = model.filter((event) => event.index !== index)
        }
        expect(queue.size).toBe(model.length)
      }
      while (model.length > 0) takeBoth()
      expect(queue.take()).toBeNull()
    }),
    { numRuns: 100 },
  )
})

test('the kernel lets one event happen at a time, so what it cancels at its instant does not happen', () => {
  const kernel = new Kernel()
  const happened: string[] = []
  kernel.after(5, () => {
    happened.push(`first at ${kernel.nowMs}`)
    cancelSecond()
    kernel.after(0, () => happened.push(`third at ${kernel.nowMs}`))
  })
  const cancelSecond = kernel.after(5, () => happened.push('second'))
  expect(kernel.advance()).toBe(true)
  expect(happened).toEqual(['first at 5'])
  expect(kernel.advance()).toBe(true)
  expect(kernel.advance()).toBe(false)
  expect(happened).toEqual(['first at 5', 'third at 5'])
})

test('nothing happens beyond the horizon', () => {
  const kernel = new Kernel({ horizonMs: 10 })
  kernel.after(10, () => {})
  kernel.after(11, () => expect.unreachable())
  expect(kernel.advance()).toBe(true)
  expect(kernel.nextAtMs).toBeNull()
  expect(kernel.advance()).toBe(false)
  expect(kernel.nowMs).toBe(10)
  expect(kernel.scheduled).toBe(1)
})
