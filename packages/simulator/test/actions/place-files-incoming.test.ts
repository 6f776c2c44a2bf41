import { describe, expect, it } from 'vitest'
import { nativeChecksums } from '../../src/server/index.ts'
import { FakeHost } from './fakes/fake-host.ts'

const file = (at: string, fileName: string, text = 'x') => ({
  at,
  fileName,
  sha256: nativeChecksums.sha256Hex(new TextEncoder().encode(text)),
  sizeBytes: text.length,
})
const input = (incoming: string, directory: string, ...files: ReturnType<typeof file>[]) => ({
  placements: [{ directory, files }],
  protection: { owner: 'root', group: 'root', directoryMode: '0750', fileMode: '0640' },
  incoming,
})
const host = (): FakeHost => new FakeHost().place('/in/a', 'x').place('/data/precious', 'y')

describe('what place-files removes afterwards', () => {
  it.each([
    ['the directory that is placed into', input('/data', '/data', file('/data/a', 'a'))],
    ['one above it', input('/data', '/data/db', file('/data/a', 'a'))],
    ['a directory that the files do not come from', input('/data', '/db', file('/in/a', 'a'))],
    ['one whose name begins alike', input('/i', '/db', file('/in/a', 'a'))],
  ])('is never %s', (_, given) => {
    const on = host()
    expect(on.failure('place-files', given).code).toBe('input-invalid')
    expect([on.files.stat({ path: '/data/precious' })?.type, on.files.stat({ path: '/in/a' })?.type]).toEqual(
      ['file', 'file'],
    )
  })

  it('is what the files came from', () => {
    const on = host()
    on.perform('place-files', input('/in', '/db', file('/in/a', 'a')))
    expect([on.files.stat({ path: '/in' }), on.files.stat({ path: '/db/a' })?.mode]).toEqual([null, 0o640])
  })
})

it('two files never become one, and no name leads elsewhere', () => {
  const on = host().place('/in/b', 'x')
  const twice = input('/in', '/db', file('/in/a', 'a'), file('/in/b', 'a'))
  expect(on.failure('place-files', twice).code).toBe('input-invalid')
  for (const name of ['../data/precious', '/data/precious', 'a/../../x', '.', 'a\0']) {
    expect(on.failure('place-files', input('/in', '/db', file('/in/a', name))).code).toBe('path-escapes-root')
  }
  expect(on.files.stat({ path: '/data/precious' })?.sizeBytes).toBe(1)
})
