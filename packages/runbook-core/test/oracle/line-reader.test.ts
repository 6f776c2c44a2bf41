import { type Line, LineReader, type OperatingError, pull, type Task } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryFiles } from './memory-files.ts'
import { RUNS } from './runs.ts'

function* all(reader: LineReader): Task<Line[]> {
  const lines: Line[] = []
  for (let line = yield* pull(reader); line !== undefined; line = yield* pull(reader)) lines.push(line)
  return lines
}

function read(
  text: string | Uint8Array,
  options: { lineBytesMax?: number; chunkBytes?: number } = {},
): Line[] {
  const files = new MemoryFiles()
  if (typeof text === 'string') files.put('/f', text)
  else files.files.set('/f', text)
  return files.run(all(new LineReader('/f', options)))
}

test('lines are those of the text, however it is cut into pieces', () => {
  const line = fc.string({ maxLength: 8, unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''))
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 12 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      (lines, ended, chunkBytes) => {
        const text = lines.join('\n') + (ended && lines.length > 0 ? '\n' : '')
        const expected =
          text === '' ? [] : text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n')
        const got = read(text, { chunkBytes })
        expect(got.map((one) => one.text)).toEqual(expected)
        expect(got.map((one) => one.number)).toEqual(expected.map((_, index) => index + 1))
        expect(
          got.every((one, index) => one.terminated === (index < got.length - 1 || text.endsWith('\n'))),
        ).toBe(true)
      },
    ),
    { numRuns: RUNS },
  )
})

test('a line beyond the limit is refused by its bytes, ended or not, in small pieces or large', () => {
  for (const chunkBytes of [1, 7, 1_000]) {
    expect(read(`${'é'.repeat(5)}\nx`, { lineBytesMax: 10, chunkBytes }).length).toBe(2)
    for (const text of [`a\n${'é'.repeat(5)}x\n`, `a\n${'é'.repeat(5)}x`, `a\n${'x'.repeat(500)}`]) {
      expect(() => read(text, { lineBytesMax: 10, chunkBytes })).toThrow(
        expect.objectContaining({ code: 'input-too-large', subject: '/f:2' }) as OperatingError,
      )
    }
  }
})

test('bytes that are not UTF-8 are refused with their line', () => {
  const bytes = new Uint8Array([0x61, 0x0a, 0x62, 0x0a, 0xff, 0x0a, 0x63, 0x0a])
  for (const chunkBytes of [1, 100]) {
    expect(() => read(bytes, { chunkBytes })).toThrow(
      expect.objectContaining({ code: 'input-invalid', subject: '/f:3' }) as OperatingError,
    )
  }
})
