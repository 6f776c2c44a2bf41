import { readFileSync } from 'node:fs'
import {
  cel,
  type InvalidDocumentError,
  portableChecksums,
  qualify,
  type RunbookSpec,
  runbook,
  use,
} from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { expect, test } from 'vitest'
import { toys } from '../runbook/toys.ts'

const page = readFileSync(new URL('../../../../docs/writing-a-runbook.md', import.meta.url), 'utf8')

function snippet(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)?.[1]
  if (found === undefined) throw new TypeError(`the page has no snippet of ${language}`)
  return found
}

const options = { registry: toys(), checksums: portableChecksums, file: 'writing-a-runbook.md' }

test('the complete example qualifies, with the profile of the target and explicit parameters', () => {
  const example = loadRunbook(snippet('yaml'), { ...options, profile: 'local', params: { rto: '1s' } })
  expect(example.objectives).toEqual({ rtoMs: 1_000, rpoMs: 900_000 })
  expect(example.parameters.map(({ name, value, source }) => [name, value, source])).toEqual([
    ['rto', 1_000, 'explicit'],
    ['store-patience', 10_000, 'profile'],
    ['accept-loss', false, 'default'],
  ])
  expect(example.steps.find((step) => step.id === 'select')).toMatchObject({ timeoutMs: 10_000, line: 47 })
})

test('the mistakes shown are the mistakes told', () => {
  const told = (text: string): string => {
    try {
      loadRunbook(text, options)
    } catch (error) {
      const { problems } = error as InvalidDocumentError
      return `${problems.map(({ line, path, message }) => `${line}: ${path}: ${message}`).join('\n')}\n`
    }
    return ''
  }
  const broken = snippet('yaml-with-problems')
  expect(told(broken)).toBe(snippet('problems'))
  expect(told(broken.replace('4 hours', '4h'))).toBe(snippet('problems-when-mended'))
})

test('the TypeScript shown gives a runbook that qualifies', () => {
  const lookAtHost = toys().get('toy-preflight')
  const source = snippet('ts')
    .replace(/^import .*$/m, '')
    .replace('export const small =', 'return')
  const build = new Function('cel', 'runbook', 'use', 'lookAtHost', source)
  const small = build(cel, runbook, use, lookAtHost) as RunbookSpec
  const [step] = qualify(small, options).steps
  expect(step?.action.with).toMatchObject({
    kind: 'object',
    entries: [['freeBytesMin', { kind: 'expression' }]],
  })
})
