import { OperatingError } from '@dr-drill/runbook-core'
import { RandomStream } from '@dr-drill/simulator'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  below,
  ensureDirectory,
  parentOf,
  removeTree,
  replaceFile,
  walk,
} from '../../../../runbook-core/src/actions/support/files.ts'
import { FakeHost } from '../fakes/fake-host.ts'

const losePower = (host: FakeHost) => host.disk.powerLoss(RandomStream.fromSeed(1), 'nothing')

describe('below', () => {
  it('joins plain names', () => {
    expect(below('/data', 'db/one.kv')).toBe('/data/db/one.kv')
  })

  it.each(['', '.', '..', '../x', 'a/../b', 'a//b', '/a', 'a/', 'a/./b', 'a\0b', '..//..'])(
    'refuses %j',
    (name) => {
      expect(() => below('/data', name)).toThrow(OperatingError)
    },
  )

  it('never leads out of the root', () => {
    const part = fc.oneof(fc.constantFrom('.', '..', '', 'a', '\0'), fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        let joined: string
        try {
          joined = below('/data', parts.join('/'))
        } catch (error) {
          expect(error).toBeInstanceOf(OperatingError)
          return
        }
        const depth = joined.split('/').reduce((sum, one) => sum + (one === '..' ? -1 : 1), 0)
        expect(joined.startsWith('/data/')).toBe(true)
        expect(joined.split('/')).not.toContain('..')
        expect(depth).toBeGreaterThan(2)
      }),
      { numRuns: 200 },
    )
  })
})

describe('directories', () => {
  it('are made with all that is missing above them, durable, and left alone when there', () => {
    const host = new FakeHost().place('/var/.keep', '')
    host.run(ensureDirectory('/var/lib/toy', 0o750))
    losePower(host)
    expect(host.files.stat({ path: '/var/lib/toy' })).toMatchObject({ type: 'directory', mode: 0o750 })
    host.run(ensureDirectory('/var/lib/toy', 0o700))
    expect(host.files.stat({ path: '/var/lib/toy' })?.mode).toBe(0o750)
  })

  it('never replace a file, nor follow a link', () => {
    const host = new FakeHost().place('/var/lib', 'a file')
    expect(() => host.run(ensureDirectory('/var/lib/toy', 0o750))).toThrow('not a directory')
    const linked = new FakeHost().place('/elsewhere/.keep', '')
    linked.disk.plantSymlink('/var', '/elsewhere')
    expect(() => linked.run(ensureDirectory('/var/lib', 0o750))).toThrow(OperatingError)
  })

  it('the one above a path', () => {
    expect(['/a/b', '/a', '/'].map(parentOf)).toEqual(['/a', '/', '/'])
  })
})

describe('removeTree', () => {
  it('removes all below, links too but not what they point to, and is fine when nothing is there', () => {
    const host = new FakeHost().place('/in/a/one', 'x').place('/in/b/c/two', 'y').place('/keep/three', 'z')
    host.disk.plantSymlink('/in/link', '/keep')
    host.run(removeTree('/in'))
    expect(host.files.stat({ path: '/in' })).toBeNull()
    expect(host.text('/keep/three')).toBe('z')
    host.run(removeTree('/in'))
  })
})

describe('walk', () => {
  it('gives parents before what is in them', () => {
    const host = new FakeHost().place('/in/b/two', '').place('/in/a/one', '').place('/in/c', '')
    const paths = host.run(walk('/in')).map((one) => one.path)
    expect(paths.toSorted()).toEqual(['/in/a', '/in/a/one', '/in/b', '/in/b/two', '/in/c'])
    for (const path of paths) {
      const parent = parentOf(path)
      if (parent !== '/in') expect(paths.indexOf(parent)).toBeLessThan(paths.indexOf(path))
    }
  })
})

describe('replaceFile', () => {
  it('is durable when it ends, whatever lay at its temporary name', () => {
    const host = new FakeHost().place('/etc/conf', 'old').place('/etc/conf.new', 'from a dead run, longer')
    host.run(replaceFile('/etc/conf', new Uint8Array([0x6e]), 0o600))
    losePower(host)
    expect(host.text('/etc/conf')).toBe('n')
    expect(host.text('/etc/conf.new')).toBeNull()
  })
})
