import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { testedCommand } from '../support/own-command.ts'
import { processesNaming, until } from '../support/processes.ts'

let base: string
const children: ChildProcess[] = []

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'drill-early-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(base, { recursive: true, maxRetries: 5, retryDelay: 100 }))

/** More than can be written before the test looks. */
const MANY = ['--assertions', '3000000']

function start(args: readonly string[]) {
  const [node, ...rest] = testedCommand()
  const child = spawn(node, [...rest, ...args], { env: { PATH: process.env.PATH ?? '' }, stdio: 'pipe' })
  children.push(child)
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const end = new Promise<readonly [number | null, string | null]>((resolve) =>
    child.on('close', (code, signal) => resolve([code, signal])),
  )
  return { child, end, told: () => stderr }
}

const halfWorldIn = (directory: string): boolean =>
  existsSync(directory) &&
  readdirSync(directory).some((name) => existsSync(join(directory, name, 'ledger.jsonl.part')))

test('a world that is being made hears a signal at once', async () => {
  const { child, end } = start(['world', join(base, 'W'), ...MANY])
  await until(() => halfWorldIn(base))
  child.kill('SIGINT')
  expect(await end).toEqual([null, 'SIGINT'])
})

test('a run that is still making its production ends in order, and its maker with it', async () => {
  const out = join(base, 'told')
  const { child, end, told } = start(['run', 'full-restore', '--out', out, ...MANY])
  await until(() => halfWorldIn(join(out, 'work')))
  child.kill('SIGINT')
  expect(await end).toEqual([130, null])
  expect(told().trimEnd().split('\n').at(-1)).toBe(`Resume it with: ./drill resume ${out}`)
  expect(processesNaming(out)).toEqual([])
})

test('a maker whose run was killed does not go on', async () => {
  const out = join(base, 'killed')
  mkdirSync(out)
  const { child, end } = start(['run', 'full-restore', '--out', out, ...MANY])
  await until(() => halfWorldIn(join(out, 'work')))
  child.kill('SIGKILL')
  await end
  await until(() => processesNaming(out).length === 0)
})
