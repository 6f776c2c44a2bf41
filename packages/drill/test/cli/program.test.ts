import { OperatingError } from '@dr-drill/runbook-core'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { COMMANDS, commandsFor } from '../../src/cli/commands/index.ts'
import type { CliContext } from '../../src/cli/context.ts'
import { type Register, runProgram } from '../../src/cli/program.ts'
import { runCli } from './run-cli.ts'

const contextInto = (seen: { out: string; err: string }): CliContext => ({
  terminal: {
    out: (text) => {
      seen.out += text
    },
    err: (text) => {
      seen.err += text
    },
    isLive: false,
    columns: 80,
    colour: false,
  },
  interrupts: { received: null, onInterrupt: () => () => {}, setLastLine() {}, leaveToSystem() {} },
  variables: {},
  directory: '/',
  version: '1.2.3',
})

test('help is on stdout with 0; each listed command has an example', async () => {
  const { code, stdout, stderr } = await runCli(['--help'])
  expect([code, stderr]).toEqual([0, ''])
  const listed = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z][a-z0-9-]*)/gm)].map(
    (match) => match[1],
  )
  expect(listed).toContain('doctor')
  for (const command of listed.filter((name) => name !== 'help')) {
    const seen = { out: '', err: '' }
    const args = [command as string, '--help']
    const exitCode = await runProgram(args, contextInto(seen), await commandsFor(args))
    expect([command, exitCode]).toEqual([command, 0])
    expect(seen.out).toMatch(/Examples?:\n {2}\.\/drill /)
  }
})

test.each([
  [[], 'Usage:'],
  [['no-such-command'], "drill: usage-invalid: unknown command 'no-such-command'"],
  [['docto'], 'Did you mean doctor?'],
  [['doctor', '--no-such-flag'], "unknown option '--no-such-flag'"],
  [['doctor', '--target', 'moon'], 'Allowed choices are'],
  [['doctor', 'excess'], 'too many arguments'],
])('bad usage %j is one message on stderr and exit 2', async (args, message) => {
  const seen = { out: '', err: '' }
  const code = await runProgram(args, contextInto(seen), await commandsFor(args))
  expect([code, seen.out]).toEqual([2, ''])
  expect(seen.err).toContain(message)
})

test('a command is loaded by the name that it gives itself, alone; anything else loads all', async () => {
  const namesFor = async (args: readonly string[]): Promise<string[]> => {
    const program = new Command()
    for (const register of await commandsFor(args))
      register(program, contextInto({ out: '', err: '' }), () => {})
    return program.commands.map((command) => command.name())
  }
  const names = Object.keys(COMMANDS)
  for (const name of names) expect(await namesFor([name, 'x'])).toEqual([name])
  for (const args of [[], ['help', 'run'], ['--version'], ['toString']])
    expect(await namesFor(args)).toEqual(names)
})

test('an error that nobody expected ends with 70, one that was told with its own code', async () => {
  const seen = { out: '', err: '' }
  const failing =
    (thrown: unknown): Register =>
    (program) => {
      program.command('fail').action(() => {
        throw thrown
      })
    }
  const lacking = new OperatingError('environment-lacking', 'no \u001b[31mdisk', { subject: 'a\nb' })
  expect(await runProgram(['fail'], contextInto(seen), [failing(lacking)])).toBe(5)
  expect(seen.err).toMatch(
    /^drill: environment-lacking: no \\x1b\[31mdisk\n {2}about: a\\x0ab\n {2}next: .+\n$/,
  )
  const told = { out: '', err: '' }
  const several = new OperatingError('input-invalid', 'two problems:\na\rb\ndrill: c', { hint: 'Mend them.' })
  expect(await runProgram(['fail'], contextInto(told), [failing(several)])).toBe(2)
  expect(told.err).toBe(
    'drill: input-invalid: two problems:\n    a\\x0db\n    drill: c\n  next: Mend them.\n',
  )
  expect(await runProgram(['fail'], contextInto(seen), [failing(new TypeError('defect'))])).toBe(70)
})

test('a flag may come from the environment, and the command line wins', async () => {
  const [wrong, right, json, bad] = await Promise.all([
    runCli(['doctor'], { DRILL_FORMAT: 'yaml' }),
    runCli(['doctor', '--format', 'plain'], { DRILL_FORMAT: 'json' }),
    runCli(['doctor'], { DRILL_FORMAT: 'json' }),
    runCli(['nothing']),
  ])
  expect([wrong?.code, bad?.code]).toEqual([2, 2])
  expect([right?.code, right?.stdout.startsWith('{')]).toEqual([0, false])
  expect(JSON.parse(json?.stdout ?? '')).toMatchObject({ kind: 'doctor', ready: true })
})

test('the version is that of the package', async () => {
  expect(await runCli(['--version'])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  })
})
