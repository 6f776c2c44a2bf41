import { readFileSync } from 'node:fs'
import { HAZARDS, RULES } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'

const page = readFileSync(new URL('../../../../docs/lint.md', import.meta.url), 'utf8')

/** Rows of the table below a heading. */
function tableBelow(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return section.split('\n').filter((line) => /^\| D/.test(line))
}

test('the page lists every rule and every hazard as the code has them', () => {
  expect(tableBelow('Rules')).toEqual(
    RULES.map(
      ({ id, name, severity, defect, requires }) =>
        `| ${id} | ${name} | ${severity} | ${defect} | ${requires} |`,
    ),
  )
  expect(tableBelow('Hazards of commands')).toEqual(
    HAZARDS.map(({ defect, message, fix }) => `| ${defect} | ${message} | ${fix} |`),
  )
})

test('the page counts the defects that lint can name', () => {
  const named = new Set([...RULES, ...HAZARDS].map(({ defect }) => defect))
  expect(page).toContain(`${named.size} of the 103 defects`)
})
