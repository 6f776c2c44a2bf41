import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const sources = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', 'packages/*/src/**/*.ts'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file.endsWith('.ts'))

/** The bodies of all `finally` blocks of a text. */
function finallyBodies(text: string): string[] {
  return [...text.matchAll(/\bfinally \{/g)].map((match) => {
    const from = match.index + match[0].length
    let depth = 1
    let to = from
    while (depth > 0 && to < text.length) {
      if (text[to] === '{') depth += 1
      if (text[to] === '}') depth -= 1
      to += 1
    }
    return text.slice(from, to - 1)
  })
}

/** Effects of a cleanup that an interrupt may cut short: only one that stands in `uninterrupted` is whole. */
const bareEffects = (text: string) =>
  finallyBodies(text).filter((body) =>
    /yield\*(?!\s*uninterrupted\()/.test(body.replace(/uninterrupted\([\s\S]*$/, 'uninterrupted(')),
  )

test('a cleanup performs its effects within uninterrupted (docs/decisions/interrupts.md)', () => {
  const wrong = sources.flatMap((file) =>
    bareEffects(readFileSync(file, 'utf8')).map((body) => `${file}: ${body.trim()}`),
  )
  expect(wrong).toEqual([])
})

test('a planted bare effect is seen', () => {
  expect(bareEffects('try { } finally { yield* close() }')).toHaveLength(1)
  expect(bareEffects('try { } finally { if (open) { yield* close() } }')).toHaveLength(1)
  expect(bareEffects('try { } finally { yield* uninterrupted(function* () { yield* close() }) }')).toEqual([])
})
