import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commandsFor } from '../../src/cli/commands/index.ts'
import type { CliContext } from '../../src/cli/context.ts'
import { errorText } from '../../src/cli/print-error.ts'
import { runProgram } from '../../src/cli/program.ts'
import { visible, visibleLines } from '../../src/ports/log.ts'

const RUNBOOK = new URL('../../../../fixtures/runbooks/full-restore.yaml', import.meta.url)
// Written by code, as text that moves cursors has no place in a source.
const CODES = [0x00, 0x07, 0x0d, 0x1b, 0x7f, 0x9b, 0x200b, 0x202e, 0x2028, 0x2066, 0xfeff]
const steering = fc.constantFrom(...CODES.map((code) => String.fromCharCode(code)))

let base: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'drill-text-'))
})
afterEach(() => rmSync(base, { recursive: true }))

async function printed(args: readonly string[]): Promise<string> {
  let text = ''
  const take = (more: string): void => {
    text += more
  }
  const context: CliContext = {
    terminal: { out: take, err: take, isLive: false, columns: 80, colour: false },
    interrupts: { received: null, onInterrupt: () => () => {}, setLastLine() {}, leaveToSystem() {} },
    variables: {},
    directory: base,
    version: '1.2.3',
  }
  await runProgram(args, context, await commandsFor(args))
  return text
}

test('foreign text stays one line that says what it was', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), steering)), (parts) => {
      const shown = visible(parts.join(''))
      for (const code of [...CODES, 0x0a]) expect(shown).not.toContain(String.fromCharCode(code))
    }),
    { numRuns: process.env.DRILL_TEST_LONG ? 2_000 : 100 },
  )
  expect(visible('a\u001b[2J\u202eb')).toBe('a\\x1b[2J\\u202eb')
  expect(visibleLines('one\ntwo\r')).toBe('one\ntwo\\x0d')
})

test('a plan of a runbook whose title steers the terminal shows it as text', async () => {
  const text = readFileSync(RUNBOOK, 'utf8')
  const hostile = text.replaceAll(/^title: (.*)$/gm, (_, title: string) => `title: "\\e[2J${title}"`)
  writeFileSync(join(base, 'hostile.yaml'), hostile)
  const shown = await printed(['plan', 'hostile.yaml'])
  expect(shown).not.toContain('\u001b')
  expect(shown).toContain('\\x1b[2J')
})

test('neither does an error, be it a defect with a stack', () => {
  for (const code of ['internal', 'object-corrupt'] as const) {
    const error = new OperatingError(code, 'one\u001b[2J\ntwo\u202e', { subject: '\u0007', hint: '\u009b' })
    const shown = errorText(error)
    for (const text of ['\u001b', '\u202e', '\u0007', '\u009b']) expect(shown).not.toContain(text)
    expect(shown.split('\n')[0]).toBe(`drill: ${code}: one\\x1b[2J`)
  }
})
