import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyPath, segmentOf, versionPaths } from '../../src/s3/index.ts'
import { anyKey, numRuns } from './support.ts'

describe('where a key lies', () => {
  test('every name is a plain file name: no way up, no separator, short enough (property)', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const { directory, record, bytes } = versionPaths('bucket', key, 'f'.repeat(32))
        expect(directory.startsWith('/buckets/bucket/objects')).toBe(true)
        for (const path of [record, bytes(0), bytes(1)]) {
          expect(path.startsWith(`${directory}/`)).toBe(true)
          for (const name of path.slice(1).split('/')) {
            expect(name).toMatch(/^[A-Za-z0-9_.~=,:%@+-]{1,255}$/)
            expect(['.', '..']).not.toContain(name)
          }
        }
      }),
      { numRuns: numRuns(200) },
    )
  })

  test('two keys never share a file, and no file is a directory of another (property)', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        fc.pre(a !== b)
        const [one, two] = [versionPaths('bucket', a), versionPaths('bucket', b)]
        expect(one.bytes(0)).not.toBe(two.bytes(0))
        for (const file of [one.bytes(0), one.bytes(1), one.record]) {
          expect(two.directory === file || two.directory.startsWith(`${file}/`)).toBe(false)
        }
      }),
      { numRuns: numRuns(200) },
    )
  })

  test('names lead back to the segment (property)', () => {
    fc.assert(
      fc.property(
        anyKey.filter((key) => !key.includes('/')),
        (segment) => {
          const { directories, stem } = keyPath(segment)
          expect(segmentOf([...directories.map((name) => name.replace(/@$/, '')), stem])).toBe(segment)
        },
      ),
      { numRuns: numRuns(300) },
    )
  })

  test.each([['%2e'], ['%41'], ['a/b'], ['%'.concat('zz')], ['a b'], ['..'], ['%FF'], ['x'.repeat(181)]])(
    '%j is no name that a key has',
    (name) => {
      expect(segmentOf([name])).toBeNull()
    },
  )
})

describe('docs/s3-storage.md', () => {
  const text = readFileSync(new URL('../../../../docs/s3-storage.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `([^`]+)` \| `([^`]+)` \|$/gm)].map(
    ([, key, path]) => [key!, path!] as const,
  )

  test('has examples', () => {
    expect(rows.length).toBeGreaterThan(8)
  })

  test.each(rows)('the key %s lies where the table says', (key, path) => {
    expect(versionPaths('backups', JSON.parse(key)).bytes(0)).toBe(path)
  })
})
