import { describe, expect, it } from 'vitest'
import { FakeHost } from '../fakes/fake-host.ts'

const COMMAND = { argv: ['/usr/bin/tool', '--all'], timeoutMs: 1_000 }

const answering = (result: ReturnType<FakeHost['command']>): FakeHost => {
  const host = new FakeHost()
  host.command = () => result
  return host
}

describe('run-command', () => {
  it('runs the vector as it is, with what was said of user, place, environment and input', () => {
    const host = answering({ stdout: 'done\n' })
    const more = { user: 'stemedb', cwd: '/var/lib', env: { KEY: '$(id)' }, stdin: 'yes' }
    expect(host.perform('run-command', { ...COMMAND, ...more })).toMatchObject({
      exitCode: 0,
      stdout: 'done\n',
    })
    expect(host.commands).toEqual([{ ...COMMAND, ...more }])
  })

  it('fails with the code and the end of what was said on another exit than expected', () => {
    const error = answering({ exitCode: 3, stderr: `${'x'.repeat(2_000)}no space` }).failure(
      'run-command',
      COMMAND,
    )
    expect(error.code).toBe('command-failed')
    expect(error.message).toContain('exit code 3')
    expect(error.message).toContain('no space')
    expect(error.message.length).toBeLessThan(700)
  })

  it('takes the exits that were named, any when any is fine, and never a signal for 0', () => {
    expect(
      answering({ exitCode: 3 }).perform('run-command', { ...COMMAND, expectExit: [0, 3] }).exitCode,
    ).toBe(3)
    expect(
      answering({ exitCode: 9 }).perform('run-command', { ...COMMAND, expectExit: 'any' }).exitCode,
    ).toBe(9)
    const killed = answering({ exitCode: null, signal: 'SIGKILL' })
    expect(killed.failure('run-command', COMMAND).message).toContain('SIGKILL')
    expect(killed.perform('run-command', { ...COMMAND, expectExit: 'any' }).signal).toBe('SIGKILL')
  })

  it('reads what is printed as text, lines or JSON', () => {
    const read = (stdout: string, form: string) =>
      answering({ stdout }).perform('run-command', { ...COMMAND, stdout: form }).stdout
    expect(read('a\nb\n', 'text')).toBe('a\nb\n')
    expect(read('a\n\nb\n', 'lines')).toEqual(['a', 'b'])
    expect(read('{"n": 1}', 'json')).toEqual({ n: 1 })
  })

  it('fails typed when JSON was promised and something else printed', () => {
    const error = answering({ stdout: '{"n": ' }).failure('run-command', { ...COMMAND, stdout: 'json' })
    expect(error.code).toBe('response-invalid')
    expect(error.retryable).toBe(false)
  })

  it('is done already when its own test says so', () => {
    const input = { ...COMMAND, alreadyDone: { argv: ['/usr/bin/test-it'] } }
    const done = (exitCode: number) => {
      const host = answering({ exitCode })
      const action = host.action('run-command')
      const output = host.run(action.alreadyDone?.(action.input.parse(input), {} as never) as never)
      expect(host.commands.map((one) => one.argv)).toEqual([['/usr/bin/test-it']])
      return output
    }
    expect(done(0)).toMatchObject({ exitCode: 0, stdout: null })
    expect(done(1)).toBeNull()
    const { alreadyDone } = new FakeHost().action('run-command')
    expect(new FakeHost().run(alreadyDone?.(COMMAND, {} as never) as never)).toBeNull()
  })

  it('says that it may change anything unless its effects are declared', () => {
    const { effects, input } = new FakeHost().action('run-command')
    expect(effects(input.parse(COMMAND)).writes).toEqual(['unknown:anything'])
    const declared = { ...COMMAND, effects: { writes: ['path:/srv'] } }
    expect(effects(input.parse(declared))).toEqual({
      reads: [],
      writes: ['path:/srv'],
      destroys: [],
      exposes: [],
    })
  })

  it.each([
    { argv: 'rm -rf /' },
    { argv: [] },
    { cwd: 'here' },
    { env: { 'A B': '1' } },
    { expectExit: [] },
    { expectExit: [256] },
    { effects: { writes: ['everything'] } },
    { shell: true },
  ])('takes no input like %o', (more) => {
    expect(() => new FakeHost().perform('run-command', { ...COMMAND, ...more })).toThrow()
  })
})
