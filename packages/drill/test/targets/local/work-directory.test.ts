import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimWorkDirectory, removeWorkDirectory } from '../../../src/targets/local/work-directory.ts'
import { codeOf } from '../../support/calls.ts'

let base: string

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-work-')))
})
afterEach(() => rmSync(base, { recursive: true }))

test('a run makes its working directory, closed to listings of others, and finds it again', () => {
  const work = join(base, 'deep/er/work')
  expect(claimWorkDirectory(work, 'one')).toBe(work)
  expect(statSync(work).mode & 0o066).toBe(0)
  writeFileSync(join(work, 'kept'), '')
  expect(claimWorkDirectory(work, 'one')).toBe(work)
  expect(readdirSync(work)).toContain('kept')
})

test("an empty directory, or one whose mark was cut off, becomes the run's", () => {
  mkdirSync(join(base, 'empty'))
  mkdirSync(join(base, 'torn'))
  writeFileSync(join(base, 'torn/of-run'), 'on')
  for (const name of ['empty', 'torn']) {
    claimWorkDirectory(join(base, name), 'one')
    expect(removeWorkDirectory(join(base, name), 'one')).toBe(true)
  }
})

test('data, files and symlinks in the way are never taken for a working directory', async () => {
  mkdirSync(join(base, 'data'))
  writeFileSync(join(base, 'data/precious'), 'x')
  writeFileSync(join(base, 'file'), 'x')
  mkdirSync(join(base, 'target'))
  symlinkSync(join(base, 'target'), join(base, 'link'))
  for (const name of ['data', 'file', 'link']) {
    expect([name, await codeOf(() => claimWorkDirectory(join(base, name), 'one'))]).toEqual([
      name,
      'data-in-the-way',
    ])
  }
  expect([readdirSync(join(base, 'target')), readdirSync(join(base, 'data'))]).toEqual([[], ['precious']])
})

test('a directory that others may write to is not used', async () => {
  mkdirSync(join(base, 'open'))
  chmodSync(join(base, 'open'), 0o777)
  expect(await codeOf(() => claimWorkDirectory(join(base, 'open/work'), 'one'))).toBe('usage-invalid')
  expect(readdirSync(join(base, 'open'))).toEqual([])
})

test('only what the run itself made is removed, and nothing behind a symlink in it', async () => {
  const work = claimWorkDirectory(join(base, 'work'), 'one')
  mkdirSync(join(base, 'elsewhere'))
  writeFileSync(join(base, 'elsewhere/precious'), 'x')
  symlinkSync(join(base, 'elsewhere'), join(work, 'link'))
  symlinkSync(work, join(base, 'alias'))
  for (const [path, run] of [
    [work, 'two'],
    [join(base, 'elsewhere'), 'one'],
    [join(base, 'elsewhere/precious'), 'one'],
    [join(base, 'alias'), 'one'],
  ] as const) {
    expect([path, await codeOf(() => removeWorkDirectory(path, run))]).toEqual([path, 'data-in-the-way'])
  }
  expect(removeWorkDirectory(work, 'one')).toBe(true)
  expect([existsSync(work), existsSync(join(base, 'elsewhere/precious'))]).toEqual([false, true])
  expect(removeWorkDirectory(work, 'one')).toBe(false)
})
