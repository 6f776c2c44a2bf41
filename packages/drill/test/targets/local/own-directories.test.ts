import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requireOwn, type Trusted } from '../../../src/targets/local/own-directories.ts'
import { codeOf } from '../../support/calls.ts'

let base: string
let trusted: Trusted

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-own-')))
  const { uid, gid } = statSync(base)
  trusted = { users: new Set([0, uid]), groups: new Set([gid]) }
})
afterEach(() => rmSync(base, { recursive: true }))

/** The code that a directory is refused with; null when it is taken. */
async function verdict(path: string, who: Trusted | null = trusted): Promise<string | null> {
  let taken = false
  const code = await codeOf(() => {
    requireOwn(path, who)
    taken = true
    throw new OperatingError('cancelled', 'nothing was refused')
  })
  return taken ? null : code
}

/** Makes a directory with an exact mode, whatever the umask. */
const made = (path: string, mode: number): string => {
  mkdirSync(path)
  chmodSync(path, mode)
  return path
}

test('a directory of the user below directories of the user is their own; below /tmp as well', async () => {
  expect(await verdict(made(join(base, 'mine'), 0o755))).toBeNull()
  requireOwn(base)
})

test('what somebody else owns is not, nor what lies in a directory of theirs', async () => {
  const { uid } = statSync(base)
  const stranger = { users: new Set([uid + 1]), groups: new Set<number>() }
  expect(await verdict(base, stranger)).toBe('usage-invalid')
})

test('what everybody may write to is not, a sticky directory included', async () => {
  for (const mode of [0o777, 0o757, 0o1777]) {
    expect([mode, await verdict(made(join(base, `open-${mode}`), mode))]).toEqual([mode, 'usage-invalid'])
  }
})

test('a parent that others may write to could be swapped, unless it is sticky', async () => {
  const parent = made(join(base, 'parent'), 0o777)
  const child = made(join(parent, 'child'), 0o755)
  expect(await verdict(child)).toBe('usage-invalid')
  chmodSync(parent, 0o1777)
  expect(await verdict(child)).toBeNull()
})

test('a group may write only if it is a trusted one', async () => {
  const shared = made(join(base, 'shared'), 0o775)
  expect(await verdict(shared)).toBeNull()
  expect(await verdict(shared, { ...trusted, groups: new Set() })).toBe('usage-invalid')
})

test('a symlink is judged by where it leads', async () => {
  const open = made(join(base, 'open'), 0o777)
  symlinkSync(open, join(base, 'link'))
  expect(await verdict(join(base, 'link'))).toBe('usage-invalid')
})
