import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const table = readFileSync('docs/hardening.md', 'utf8')
const runbook = readFileSync('fixtures/runbooks/full-restore.yaml', 'utf8')
const steps = new Set([...runbook.matchAll(/^ {2}- id: ([a-z-]+)$/gm)].map((match) => match[1]))
const parameters = new Set([...runbook.matchAll(/^ {2}([a-z-]+):/gm)].map((match) => match[1]))

test('every defect of the full restore, the checklist and the pitfalls has a line, once', () => {
  const wanted = [...range(1, 65), ...range(89, 103)].map((number) => `D${String(number).padStart(2, '0')}`)
  const found = [...table.matchAll(/^\| (D\d+) \|/gm)].map((match) => match[1])
  expect(found).toEqual(wanted)
})

test('every step and parameter that a line names exists', () => {
  const named = [...table.matchAll(/^\| D\d+ \|(.*)\|$/gm)].flatMap((row) =>
    [...(row[1] ?? '').matchAll(/`([a-z][a-z-]*)`/g)].map((match) => match[1] ?? ''),
  )
  const known = new Set([
    ...steps,
    ...parameters,
    'plan',
    'resume',
    'protection',
    'backup-none-usable',
    'name-disagrees',
  ])
  expect(named.length).toBeGreaterThan(50)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
