import { describe, expect, it } from 'vitest'
import { FakeHost } from '../fakes/fake-host.ts'

const MINIMUM = {
  cpuCoresMin: 4,
  memoryBytesMin: 16e9,
  freeBytesMin: 10e9,
  linkBitsPerSecondMin: 1e9,
  dataRoot: '/var/lib',
  emptyPaths: ['/var/lib/toy/wal'],
  accounts: ['stemedb'],
  stoppedUnits: ['toy.service'],
}

const ready = (): FakeHost => new FakeHost().place('/var/lib/.keep', '')

describe('inspect-host', () => {
  it('tells each check of a host that is ready, and writes nothing', () => {
    const host = ready()
    const { checks } = host.perform('inspect-host', MINIMUM)
    expect(checks.map((one: { id: string; ok: boolean }) => [one.id, one.ok])).toEqual([
      ['cpu-cores', true],
      ['memory', true],
      ['free-space', true],
      ['link', true],
      ['empty:/var/lib/toy/wal', true],
      ['stopped:toy.service', true],
      ['account:stemedb', true],
    ])
    expect(host.calls.filter((call) => call.access !== 'read')).toEqual([])
  })

  it.each([
    ['cores', { cpuCoresMin: 5 }],
    ['memory', { memoryBytesMin: 17e9 }],
    ['bytes free', { freeBytesMin: 30e9 }],
    ['bit/s', { linkBitsPerSecondMin: 2e9 }],
    ['account postgres does not exist', { accounts: ['postgres'] }],
    ['account __proto__ does not exist', { accounts: ['__proto__'] }],
  ])('refuses a host that lacks %s', (told, more) => {
    const error = ready().failure('inspect-host', { ...MINIMUM, ...more })
    expect(error.code).toBe('precondition-failed')
    expect(error.message).toContain(told)
  })

  it('names all that is missing at once', () => {
    const error = ready().failure('inspect-host', { ...MINIMUM, cpuCoresMin: 99, accounts: ['postgres'] })
    expect(error.message).toContain('99 needed')
    expect(error.message).toContain('postgres')
  })

  it('refuses a directory that holds anything, a file in its place, and says not to delete it', () => {
    for (const path of ['/var/lib/toy/wal/segment-00001.wal', '/var/lib/toy/wal']) {
      const error = ready().place(path, 'the last copy').failure('inspect-host', MINIMUM)
      expect(error.code).toBe('data-in-the-way')
      expect(error.subject).toBe('/var/lib/toy/wal')
      expect(error.hint).toContain('never delete')
    }
  })

  it.each(['active', 'activating'] as const)('refuses a unit that is %s', (state) => {
    const host = ready()
    host.services.add('toy.service', { state })
    expect(host.failure('inspect-host', MINIMUM).message).toContain(`toy.service is ${state}`)
  })

  it('says what it could not exercise: the link where nothing measures it, accounts without the right to use them', () => {
    const host = ready()
    host.facts = { ...host.facts, linkBitsPerSecond: null }
    host.accounts = {}
    const { checks } = host.perform('inspect-host', MINIMUM, { capabilities: [] })
    expect(
      checks.filter((one: { exercised: boolean }) => !one.exercised).map((one: { id: string }) => one.id),
    ).toEqual(['link', 'account:stemedb'])
  })

  it.each([
    { dataRoot: 'relative' },
    { dataRoot: '/var/../etc' },
    { emptyPaths: ['/'] },
    { stoppedUnits: ['toy; rm -rf'] },
    { memoryBytesMin: -1 },
    { stranger: true },
  ])('takes no input like %o', (more) => {
    expect(() => ready().perform('inspect-host', { ...MINIMUM, ...more })).toThrow()
  })
})
