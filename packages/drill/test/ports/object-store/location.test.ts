import { expect, test } from 'vitest'
import {
  credentialFinder,
  isLoopbackHost,
  LOOPBACK_KEYS,
  storeLocation,
} from '../../../src/ports/object-store/index.ts'
import { codeOf, errorOf } from '../../support/calls.ts'

const plain = { endpoint: null, region: null }

test('a store is a bucket and a prefix that ends in a slash', () => {
  expect(storeLocation('s3://bucket-1', plain)).toMatchObject({
    bucket: 'bucket-1',
    prefix: '',
    region: 'us-east-1',
  })
  expect(storeLocation('s3://bucket/a/b', plain)).toMatchObject({ bucket: 'bucket', prefix: 'a/b/' })
  expect(storeLocation('s3://b.c/', { endpoint: 'http://127.0.0.1:9000/', region: 'x' })).toMatchObject({
    endpoint: 'http://127.0.0.1:9000',
    region: 'x',
    prefix: '',
  })
})

test.each(['bucket', 'http://bucket', 's3://', 's3://A', 's3:///x', 's3://a b'])(
  '%s is no store',
  async (url) => {
    expect(await codeOf(() => storeLocation(url, plain))).toBe('usage-invalid')
  },
)

test.each(['127.0.0.1:9000', 'ftp://h', 'http://user:pass@h', 'http://h/path', 'http://h?x'])(
  '%s is no endpoint, and is not echoed',
  async (endpoint) => {
    const parse = () => storeLocation('s3://bucket', { endpoint, region: null })
    expect(await codeOf(parse)).toBe('usage-invalid')
    expect(parse).not.toThrow('pass')
  },
)

const none = () => Promise.reject(new Error('no credentials'))
const own = { DRILL_S3_ACCESS_KEY: 'a', DRILL_S3_SECRET_KEY: 'b' }

test('credentials: the chain, then our variables, then the loopback pair, else a named lack', async () => {
  const chain = { accessKeyId: 'c', secretAccessKey: 'd' }
  expect(await credentialFinder(null, own, async () => chain)()).toEqual(chain)
  expect(await credentialFinder(null, own, none)()).toEqual({ accessKeyId: 'a', secretAccessKey: 'b' })
  expect(await credentialFinder('http://127.0.0.1:1', {}, none)()).toEqual(LOOPBACK_KEYS)
  expect(await codeOf(credentialFinder('http://10.0.0.1:1', {}, none))).toBe('environment-lacking')
  expect(await codeOf(credentialFinder(null, { DRILL_S3_ACCESS_KEY: 'a' }, none))).toBe('environment-lacking')
})

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.255.1.2', true],
  ['[::1]', true],
  ['127.0.0.1.example.com', false],
  ['0.0.0.0', false],
  ['10.0.0.1', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected)
})

test('keys that somebody put into a URL are not told again', async () => {
  for (const url of ['s3://AKID:hunter2@bucket/x', 's3://a@b:hunter2@bucket', 'https://hunter2@host']) {
    const error = await errorOf(() => storeLocation(url, { endpoint: null, region: null }))
    expect(JSON.stringify(error.toRecord())).not.toContain('hunter2')
  }
  const endpoint = 'http://user:hunter2@127.0.0.1:1'
  const error = await errorOf(() => storeLocation('s3://bucket', { endpoint, region: null }))
  expect(JSON.stringify(error.toRecord())).not.toContain('hunter2')
})
