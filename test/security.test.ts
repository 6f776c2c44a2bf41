import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('docs/security.md', 'utf8')
/** Rows of tables without their heads, and numbered items whole. */
const rows = page.split('\n').filter((line) => /^\| (?!Trusted|Threat)/.test(line))
const items = page
  .slice(page.indexOf('## What is left'))
  .split(/^\d+\. /m)
  .slice(1)

test('each line of the security page points at a file or test that exists', () => {
  expect([rows.length > 30, items.length > 10]).toEqual([true, true])
  for (const line of [...rows, ...items]) {
    const named = [...line.matchAll(/`((?:packages|docs|test)\/[A-Za-z0-9_./-]+)`/g)].map(
      (match) => match[1] ?? '',
    )
    expect([line, named.length > 0]).toEqual([line, true])
    expect([line, named.filter((path) => !existsSync(path))]).toEqual([line, []])
  }
})
