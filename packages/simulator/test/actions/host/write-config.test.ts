import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectConvergence } from '../fakes/convergence.ts'
import { FakeHost } from '../fakes/fake-host.ts'

const PATH = '/etc/default/toy'
const INPUT = { path: PATH, mode: '0640', set: { ADDR: '127.0.0.1:1', LEVEL: 'info' } }
const host = (text: string | null = null): FakeHost =>
  text === null ? new FakeHost().place('/etc/.keep', '') : new FakeHost().place(PATH, text, { mode: 0o644 })

describe('write-config', () => {
  it('makes the file with the variables, readable by nobody else', () => {
    const made = host()
    expect(made.perform('write-config', INPUT)).toEqual({ path: PATH, changed: ['ADDR', 'LEVEL'], kept: 0 })
    expect(made.text(PATH)).toBe('ADDR=127.0.0.1:1\nLEVEL=info\n')
    expect(made.files.stat({ path: PATH })?.mode).toBe(0o640)
  })

  it('keeps every other line, comments and blank ones too, and says which variables changed', () => {
    const before = '# by hand\n\nTOKEN=kept\nADDR=0.0.0.0:1\nLEVEL=info\n#ADDR=old'
    const changed = host(before)
    expect(changed.perform('write-config', INPUT)).toEqual({ path: PATH, changed: ['ADDR'], kept: 4 })
    expect(changed.text(PATH)).toBe('# by hand\n\nTOKEN=kept\n#ADDR=old\nADDR=127.0.0.1:1\nLEVEL=info\n')
  })

  it('writes nothing when all is as wanted, and mends a mode that is too wide', () => {
    const right = host('ADDR=127.0.0.1:1\nLEVEL=info\n')
    right.perform('write-config', INPUT)
    expect(right.calls.filter((call) => call.access === 'write').map((call) => call.method)).toEqual([
      'setMode',
      'sync',
    ])
    right.perform('write-config', INPUT)
    expect(right.calls.filter((call) => call.access === 'write')).toEqual([])
  })

  it('gives identifiers that are the same whenever the step is repeated', () => {
    const input = { ...INPUT, identifiers: { HISTORY: 32 } }
    const first = host()
    first.perform('write-config', input)
    expect(first.text(PATH)).toContain(`HISTORY=${'ab'.repeat(16)}\n`)
    const second = host(first.text(PATH))
    expect(second.perform('write-config', input).changed).toEqual([])
  })

  it('owns a variable whose name is indented, so that the old value cannot win', () => {
    const indented = host('  ADDR=0.0.0.0:1\n')
    indented.perform('write-config', INPUT)
    expect(indented.text(PATH)).not.toContain('0.0.0.0')
  })

  it.each([
    ['input-too-large', 'X=1\n'.repeat(70_000)],
    ['input-invalid', 'TOKEN=one\\\ntwo\n'],
    ['input-invalid', 'ADDR=0.0.0.0\\\r\n:1\n'],
  ])('refuses with %s a file whose lines it could not all keep', (code, text) => {
    const refusing = host(text)
    expect(refusing.failure('write-config', INPUT).code).toBe(code)
    expect(refusing.text(PATH)).toBe(text)
  })

  it('refuses bytes that are no text, and what is no file', () => {
    const binary = new FakeHost()
    binary.disk.place(PATH, new Uint8Array([0x41, 0xff, 0xfe]))
    expect(binary.failure('write-config', INPUT).code).toBe('input-invalid')
    const folder = new FakeHost().place(`${PATH}/inside`, '')
    expect(folder.failure('write-config', INPUT).code).toBe('data-in-the-way')
    const link = new FakeHost().place('/etc/.keep', '')
    link.disk.plantSymlink('/etc/default/toy', '/etc/passwd')
    expect(link.failure('write-config', INPUT).code).toBe('data-in-the-way')
  })

  it.each(['a\nROOT=1', 'a\rb', 'a\0b', '"quoted', '$(id)', '`id`', 'back\\slash', 'x'.repeat(4_097)])(
    'takes no value like %j',
    (value) => {
      expect(() => host().perform('write-config', { ...INPUT, set: { ADDR: value } })).toThrow()
    },
  )

  it('takes no name that is not a variable', () => {
    for (const name of ['A B', 'A=B', 'a', '', 'A\nB']) {
      const set = Object.fromEntries([[name, 'x']])
      expect(() => host().perform('write-config', { ...INPUT, set }), name).toThrow()
    }
  })

  it('keeps what is not its own, whatever it is', () => {
    const line = fc
      .stringMatching(/^[A-Z#][ -[\]-~]{0,12}$/)
      .filter((text) => !/^\s*(ADDR|LEVEL)\s*=/.test(text))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const any = host(lines.map((one) => `${one}\n`).join(''))
        any.perform('write-config', INPUT)
        const wanted = [
          ...lines.filter((one) => !/^(ADDR|LEVEL)$/.test(one)),
          'ADDR=127.0.0.1:1',
          'LEVEL=info',
        ]
        expect(any.text(PATH)).toBe(`${wanted.join('\n')}\n`)
      }),
      { numRuns: 60 },
    )
  })

  it('converges wherever it dies: the old file or the new one, never a part', () => {
    const deaths = expectConvergence({
      make: () => host('TOKEN=kept\nADDR=0.0.0.0:1\n'),
      kind: 'write-config',
      input: INPUT,
      state: (one) => [one.text(PATH), one.files.stat({ path: PATH })?.mode, one.text(`${PATH}.new`)],
    })
    expect(deaths).toBeGreaterThan(10)
  })
})
