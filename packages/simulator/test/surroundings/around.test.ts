import { expect, test } from 'vitest'
import { EPOCH, TestSurroundings } from './support.ts'

test('a backend gets clients from when it answers the balancer', () => {
  const around = new TestSurroundings()
  expect(around.backends()).toEqual([])
  around.answers.set('old-primary', 0)
  expect(around.backends()).toEqual(['old-primary'])
  expect(around.route('new')).toBe('done')
  expect(around.backends()).toEqual([])
  around.pass(7_000)
  around.answers.set('new', around.kernel.nowMs)
  // The next look comes at the next multiple of five seconds.
  expect(around.backends()).toEqual([])
  around.pass(3_000)
  expect(around.backends()).toEqual(['new'])
  around.answers.delete('new')
  expect(around.backends()).toEqual([])
})

test('a backend that answers already gets clients when it is put in', () => {
  const around = new TestSurroundings()
  around.pass(1_234)
  around.answers.set('new', 1_234)
  around.route('new')
  expect(around.backends()).toEqual(['new'])
})

test('changes of a pool are refused as often as asked, or swallowed', () => {
  const around = new TestSurroundings()
  around.answers.set('old-primary', 0).set('new', 0)
  around.world.refuseRouting(1)
  expect(around.route('new')).toBe('connection-failed')
  const mend = around.world.swallowRouting()
  expect(around.route('new')).toBe('done')
  expect(around.backends()).toEqual(['old-primary'])
  mend()
  expect(around.route('new')).toBe('done')
  expect(around.backends()).toEqual(['new'])
  expect(around.met).toEqual(['route-refused', 'route-swallowed'])
})

test('monitoring learns at its next scrape that a target is up, and not while it is blind', () => {
  const around = new TestSurroundings()
  around.pass(1_000)
  around.answers.set('toy', 1_000)
  expect(around.isUp()).toBe(false)
  around.pass(14_000)
  expect(around.isUp()).toBe(true)
  expect(around.met).toEqual([])
  around.world.blindMonitoring(20_000)
  around.pass(19_999)
  expect(around.isUp()).toBe(false)
  expect(around.met).toEqual(['monitoring-blind'])
  // It sees again at 35 s, and scrapes next at 45 s.
  around.pass(1)
  expect(around.isUp()).toBe(false)
  around.pass(10_000)
  expect(around.isUp()).toBe(true)
})

test('blindness may be ended before its time', () => {
  const around = new TestSurroundings()
  around.answers.set('toy', 0)
  around.world.blindMonitoring(1_000_000)()
  expect(around.isUp()).toBe(true)
})

test('an alert fires from when it was made to until it is ended, and is told when seen', () => {
  const around = new TestSurroundings()
  expect([around.firing(), around.met]).toEqual([[], []])
  around.pass(500)
  const end = around.world.fireAlert('DiskSlow')
  around.world.fireAlert('DiskSlow')
  expect(around.firing()).toEqual([
    { name: 'DiskSlow', since: EPOCH + 500 },
    { name: 'DiskSlow', since: EPOCH + 500 },
  ])
  end()
  end()
  expect(around.firing()).toHaveLength(1)
  expect(around.met).toEqual(Array(3).fill('alert-seen DiskSlow'))
})

test('notices are accepted but for those that are refused', () => {
  const around = new TestSurroundings()
  around.world.refuseNotices(2)
  expect([around.notify(), around.notify(), around.notify()]).toEqual([
    'connection-failed',
    'connection-failed',
    'done',
  ])
  expect(around.world.people.notices).toEqual([{ atMs: 0, channel: 'c', subject: 's' }])
  expect(around.met).toEqual(['notice-refused', 'notice-refused'])
})

test('people approve after a while; late or never when they are made to', () => {
  const around = new TestSurroundings()
  expect(around.world.people.askApproval()).toBe(300_000)
  const mend = around.world.delayApprovals(null)
  expect(around.world.people.askApproval()).toBeNull()
  around.world.delayApprovals(7_200_000)
  expect(around.world.people.askApproval()).toBe(7_200_000)
  expect(around.met).toEqual(['approval-late', 'approval-late'])
  mend()
  expect(around.world.people.askApproval()).toBe(300_000)
  expect(around.met.length).toBe(2)
})

test('a fence is put up by who can, and proven by what that says', () => {
  const around = new TestSurroundings()
  expect(around.fence('old-primary')).toEqual({ proof: 'old-primary is off' })
  expect(around.fenced).toEqual(['old-primary'])
})
