import { describe, expect, test } from 'vitest'
import { S3RuleSet, s3RuleRecord } from '../../src/s3/index.ts'

const get = (key: string) => ({ operation: 'GetObject' as const, bucket: 'b', key, accessKey: null })
const list = (prefix: string, delimiter = '') => ({
  operation: 'ListObjectsV2' as const,
  bucket: 'b',
  key: '',
  accessKey: null,
  prefix,
  delimiter,
})

describe('fault rules as data', () => {
  test('strike as often as they say per key, and tell how often they did', () => {
    const rules = new S3RuleSet([
      { id: 'once', operations: ['GetObject'], keys: ['a', 'b'], action: { kind: 'reset' }, times: 1 },
    ])
    const kinds = ['a', 'a', 'b', 'c', 'b'].map((key) => rules.rule(get(key)).kind)
    expect(kinds).toEqual(['reset', 'pass', 'reset', 'pass', 'pass'])
    expect(rules.hits).toEqual({ once: 2 })
  })

  test('a rule that passes only watches; the next one strikes', () => {
    const rules = new S3RuleSet([
      { id: 'watch', operations: null, keys: ['a'], action: { kind: 'pass' }, times: null },
      { id: 'all', operations: null, keys: null, action: { kind: 'respond', code: 'SlowDown' }, times: null },
    ])
    expect(rules.rule(get('a'))).toEqual({ kind: 'respond', code: 'SlowDown' })
    expect(rules.rule({ ...get('x'), operation: null }).kind).toBe('respond')
    expect(rules.hits).toEqual({ watch: 1, all: 2 })
  })

  test('a listing is struck only where it would show the key', () => {
    const rules = new S3RuleSet([
      {
        id: 'hide',
        operations: ['ListObjectsV2'],
        keys: ['d/e/f'],
        action: { kind: 'hide', keys: [] },
        times: 1,
      },
    ])
    expect(rules.rule(list('d/', '/')).kind).toBe('pass')
    expect(rules.rule(list('x/')).kind).toBe('pass')
    expect(rules.rule(get('d/e/f')).kind).toBe('pass')
    expect(rules.rule(list('d/e/', '/'))).toEqual({ kind: 'hide', keys: ['d/e/f'] })
    expect(rules.rule(list('d/e/')).kind).toBe('pass')
  })

  test.each([
    {},
    { id: '', operations: null, keys: null, action: { kind: 'reset' }, times: null },
    { id: 'x', operations: ['Format'], keys: null, action: { kind: 'reset' }, times: null },
    { id: 'x', operations: null, keys: null, action: { kind: 'burn' }, times: null },
    { id: 'x', operations: null, keys: null, action: { kind: 'reset' }, times: 0 },
  ])('what is no rule is refused: %j', (wrong) => {
    expect(s3RuleRecord.safeParse(wrong).success).toBe(false)
  })
})
