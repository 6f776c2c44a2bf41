import { readFileSync } from 'node:fs'
import { portableChecksums } from '@dr-drill/runbook-core'
import { loadRunbook, parseDocument } from '@dr-drill/runbook-core/yaml'
import { expect, test } from 'vitest'
import { toys } from '../runbook/toys.ts'

const page = readFileSync(new URL('../../../../docs/writing-a-runbook.md', import.meta.url), 'utf8')
const snippets = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '')

const options = { registry: toys(), checksums: portableChecksums, file: 'writing-a-runbook.md' }

test('the complete example of the page qualifies, with the profile of the target and explicit parameters', () => {
  const [example = ''] = snippets('yaml')
  const runbook = loadRunbook(example, { ...options, profile: 'local', params: { rto: '1s' } })
  expect(runbook.objectives).toEqual({ rtoMs: 1_000, rpoMs: 900_000 })
  expect(runbook.parameters.map(({ name, value, source }) => [name, value, source])).toEqual([
    ['rto', 1_000, 'explicit'],
    ['store-patience', 10_000, 'profile'],
    ['accept-loss', false, 'default'],
  ])
  expect(runbook.steps.find((step) => step.id === 'select')).toMatchObject({ timeoutMs: 10_000, line: 47 })
})
