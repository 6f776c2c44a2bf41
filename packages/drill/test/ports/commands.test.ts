import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandResult } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realCommands } from '../../src/ports/commands.ts'
import { cancellable, codeOf, uncancelled } from '../support/calls.ts'
import { isAlive, until } from '../support/processes.ts'

const NODE = process.execPath
let root: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'drill-commands-')))
})
afterEach(() => rmSync(root, { recursive: true }))

const commands = (outputBytesMax = 1024 * 1024) =>
  realCommands({ root, searchPath: '/usr/bin:/bin', findAccount: () => null, outputBytesMax })

const run = (argv: readonly [string, ...string[]], rest: object = {}) =>
  commands().run({ argv, timeoutMs: 30_000, ...rest }, uncancelled) as Promise<CommandResult>

/** A program that starts another one in its group, writes that one's pid to `pid` and waits for ever. */
const PARENT = `
const { spawn } = require('node:child_process')
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
require('node:fs').writeFileSync('pid', String(child.pid))
setInterval(() => {}, 1000)`

test('arguments reach the program as they are, whatever a shell would make of them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }), async (words) => {
      const clean = words.map((word) => word.replaceAll('\0', ''))
      const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
      const { stdout } = await run([NODE, '-e', script, '--', ...clean])
      expect(JSON.parse(stdout)).toEqual(clean)
    }),
    { numRuns: process.env.DRILL_TEST_LONG ? 100 : 5 },
  )
})

test('environment, input, exit code, both outputs and the working directory below the root are the stated ones', async () => {
  const script = `
    console.error(process.cwd())
    process.stdin.on('data', (text) => process.stdout.write(text))
    process.stdin.on('end', () => { console.log(JSON.stringify(Object.keys(process.env).sort())); process.exit(7) })`
  const result = await run([NODE, '-e', script], { stdin: 'given\n', env: { ONLY: 'this' }, cwd: '/' })
  expect(result).toEqual({
    exitCode: 7,
    signal: null,
    stdout: 'given\n["ONLY","PATH"]\n',
    stderr: `${root}\n`,
  })
})

test('a program that takes too long goes with everything it started', async () => {
  expect(await codeOf(() => run([NODE, '-e', PARENT], { timeoutMs: 400, cwd: '/' }))).toBe('timed-out')
  const pid = Number(readFileSync(join(root, 'pid'), 'utf8'))
  await until(() => !isAlive(pid))
})

test('a cancelled call ends the program and answers', async () => {
  const { context, cancel } = cancellable()
  const running = commands().run(
    { argv: ['sleep', '1000'], timeoutMs: 60_000 },
    context,
  ) as Promise<CommandResult>
  cancel()
  expect(await running).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
})

test('output beyond the limit ends the program instead of filling the memory', async () => {
  const endless = commands(1000).run({ argv: ['yes'], timeoutMs: 60_000 }, uncancelled)
  expect(await codeOf(() => endless)).toBe('input-too-large')
})

test('a missing program, a forbidden one and a directory outside the root are told apart', async () => {
  expect(await codeOf(() => run(['no-such-program']))).toBe('capability-missing')
  expect(await codeOf(() => run(['/etc/passwd']))).toBe('permission-denied')
  expect(await codeOf(() => run(['true'], { cwd: '/../..' }))).toBe('path-escapes-root')
})

test('which finds what the search path has', async () => {
  expect(
    await commands().which({ programs: ['sh', 'no-such-program', '/bin/sh', '/etc'] }, uncancelled),
  ).toEqual({
    sh: true,
    'no-such-program': false,
    '/bin/sh': true,
    '/etc': false,
  })
})
