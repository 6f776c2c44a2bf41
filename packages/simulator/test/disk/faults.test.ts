import { OperatingError } from '@dr-drill/runbook-core'
import { FailingCall, LyingSync, RandomStream, SimulatedDisk } from '@dr-drill/simulator'
import { expect, test } from 'vitest'

const codeOf = (call: () => unknown): string => {
  try {
    call()
  } catch (error) {
    if (error instanceof OperatingError) return error.code
    throw error
  }
  return 'done'
}

function diskWith(path: string) {
  const disk = new SimulatedDisk()
  const files = disk.handlers()
  files.create({ path, mode: 0o600 })
  files.syncDirectory({ path: '/' })
  files.write({ path, offset: 0, bytes: new Uint8Array([1, 2, 3]) })
  return { disk, files }
}

test('an fsync that lies reports success and makes nothing durable', () => {
  for (const lies of [true, false]) {
    const { disk, files } = diskWith('/wal')
    const fault = new LyingSync(lies ? '/wal' : '/other')
    disk.addFault(fault)
    files.sync({ path: '/wal' })
    disk.powerLoss(RandomStream.fromSeed(1), 'nothing')
    expect([files.stat({ path: '/wal' })?.sizeBytes, fault.fired]).toEqual(lies ? [0, 1] : [3, 0])
  }
})

test('calls fail from the nth on, as often as asked, and change nothing then', () => {
  const { disk, files } = diskWith('/wal')
  const fault = new FailingCall({ method: 'write', path: '/wal', after: 1, times: 2, code: 'disk-full' })
  disk.addFault(fault)
  const write = (byte: number) =>
    codeOf(() => files.write({ path: '/wal', offset: 0, bytes: new Uint8Array([byte]) }))
  expect([write(11), write(12), codeOf(() => files.read({ path: '/wal', offset: 0, length: 1 }))]).toEqual([
    'done',
    'disk-full',
    'done',
  ])
  const fork = disk.fork()
  expect([write(13), write(14), fault.fired]).toEqual(['disk-full', 'done', 2])
  expect(disk.pristine('/wal')[0]).toBe(14)
  // A fork goes on counting by itself.
  const forked = fork.handlers()
  const again = () => codeOf(() => forked.write({ path: '/wal', offset: 0, bytes: new Uint8Array([9]) }))
  expect([again(), again(), fork.pristine('/wal')[0]]).toEqual(['disk-full', 'done', 9])
})

test('an fsync that failed may be tried again, and a fault that was taken away strikes no more', () => {
  const { disk, files } = diskWith('/wal')
  disk.addFault(new FailingCall({ method: 'sync' }))
  expect(codeOf(() => files.sync({ path: '/wal' }))).toBe('input-output')
  files.sync({ path: '/wal' })
  disk.powerLoss(RandomStream.fromSeed(1), 'nothing')
  expect([...disk.pristine('/wal')]).toEqual([1, 2, 3])
  const dead = new FailingCall({ method: 'read', times: Number.POSITIVE_INFINITY })
  disk.addFault(dead)
  const read = () => codeOf(() => files.read({ path: '/wal', offset: 0, length: 3 }))
  expect([read(), read(), dead.fired]).toEqual(['input-output', 'input-output', 2])
  disk.removeFault(dead)
  expect(read()).toBe('done')
})
