import { describe, expect, it } from 'vitest'
import { expectConvergence } from '../fakes/convergence.ts'
import { FakeHost } from '../fakes/fake-host.ts'

const INPUT = {
  roots: ['/data/wal', '/data/db'],
  protection: { owner: 'toy', group: 'toy', directoryMode: '0750', fileMode: '0640' },
}
const WIDE = { mode: 0o666, owner: 'root', group: 'root' }

const placed = (): FakeHost =>
  new FakeHost()
    .place('/data/wal/one', 'x', WIDE)
    .place('/data/wal/below/two', 'y', WIDE)
    .place('/data/db/three', 'z', WIDE)

const PATHS = [
  '/data/wal',
  '/data/wal/one',
  '/data/wal/below',
  '/data/wal/below/two',
  '/data/db',
  '/data/db/three',
]
const rights = (host: FakeHost) =>
  PATHS.map((path) => {
    const { mode, owner, group } = host.files.stat({ path }) ?? {}
    return [path, mode, owner, group]
  })

describe('set-ownership', () => {
  it('brings everything below its roots to exact owner and modes, and tells what it mended', () => {
    const host = placed()
    expect(host.perform('set-ownership', INPUT).mended.toSorted()).toEqual(PATHS.toSorted())
    const exact = PATHS.map((path) => [path, /one|two|three/.test(path) ? 0o640 : 0o750, 'toy', 'toy'])
    expect(rights(host)).toEqual(exact)
  })

  it('touches only what differs', () => {
    const host = placed()
    host.perform('set-ownership', INPUT)
    expect(host.perform('set-ownership', INPUT).mended).toEqual([])
    expect(host.calls.filter((call) => call.access === 'write')).toEqual([])
  })

  it('leaves owners alone where they cannot be changed', () => {
    const host = placed()
    host.perform('set-ownership', INPUT, { capabilities: [] })
    expect(host.files.stat({ path: '/data/wal/one' })).toMatchObject({ mode: 0o640, owner: 'root' })
  })

  it('refuses a link among the data: following it would open a file elsewhere', () => {
    const host = placed().place('/etc/shadow', 'secret', { mode: 0o600 })
    host.disk.plantSymlink('/data/wal/link', '/etc/shadow')
    expect(host.failure('set-ownership', INPUT).code).toBe('data-in-the-way')
    expect(host.files.stat({ path: '/etc/shadow' })?.mode).toBe(0o600)
  })

  it('tells a root that is not there', () => {
    expect(new FakeHost().place('/data/wal/one', 'x').failure('set-ownership', INPUT).code).toBe(
      'file-missing',
    )
  })

  it('converges wherever it dies', () => {
    const deaths = expectConvergence({ make: placed, kind: 'set-ownership', input: INPUT, state: rights })
    expect(deaths).toBeGreaterThan(30)
  })
})
