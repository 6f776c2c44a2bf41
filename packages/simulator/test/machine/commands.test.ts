import { type CommandInput, Commands, FileSystem, sleep } from '@dr-drill/runbook-core'
import type { CommandModels } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { TestMachine } from './support.ts'

const ENDED = { exitCode: 0, signal: null, stdout: '', stderr: '' }
const MODELS: CommandModels = {
  *touch({ argv }) {
    yield* FileSystem.create({ path: argv[1] ?? '', mode: 0o600 })
    return ENDED
  },
  *cat({ stdin = '' }) {
    return { ...ENDED, stdout: stdin }
  },
  *sleep({ argv }) {
    yield* sleep(Number(argv[1]))
    return ENDED
  },
}
const run = (argv: CommandInput['argv'], more: Partial<CommandInput> = {}) =>
  Commands.run({ argv, timeoutMs: 1_000, ...more })

test('a command does what its model does, with the ports of the machine', () => {
  const host = new TestMachine({ commands: MODELS })
  expect(host.do(run(['touch', '/made']))).toEqual(ENDED)
  expect(host.do(FileSystem.stat({ path: '/made' }))?.type).toBe('file')
  expect(host.do(run(['cat'], { stdin: 'text' })).stdout).toBe('text')
})

test('a command that takes too long is ended', () => {
  const host = new TestMachine({ commands: MODELS })
  expect(host.codeOf(run(['sleep', '999']))).toBe('done')
  expect(host.codeOf(run(['sleep', '5000']))).toBe('timed-out')
  expect(host.kernel.nowMs).toBe(1_999)
})

test('a program that nobody modelled is not there; without models there is no port', () => {
  const host = new TestMachine({ commands: MODELS })
  expect(host.do(Commands.which({ programs: ['cat', 'rm', 'toString'] }))).toEqual({
    cat: true,
    rm: false,
    toString: false,
  })
  expect(host.codeOf(run(['rm', '/made']))).toBe('capability-missing')
  expect(new TestMachine().ports.offers('Commands')).toBe(false)
})
