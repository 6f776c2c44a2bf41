import { readFileSync } from 'node:fs'
import { EVIDENCE, judgeFiles, ledgerJsonSchema, readbackJsonSchema } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { MemoryFiles } from './memory-files.ts'

const page = readFileSync(new URL('../../../../docs/oracle.md', import.meta.url), 'utf8')

/** The indented block of a section. */
function block(heading: string): string {
  const section = page.slice(page.indexOf(`## ${heading}\n`))
  const lines = section.split('\n').map((line) => line.match(/^ {4}(.*)$/)?.[1])
  const start = lines.findIndex((line) => line !== undefined)
  const end = lines.findIndex((line, index) => index > start && line === undefined)
  return `${lines.slice(start, end).join('\n')}\n`
}

test('the files that the page shows are judged as they stand', () => {
  const files = new MemoryFiles()
  files.put('/ledger', block('Ledger'))
  files.put('/readback', block('Readback'))
  const judged = files.run(
    judgeFiles({ ledger: '/ledger', readback: '/readback', workPath: '/w', failureAt: null }),
  )
  expect(judged).toMatchObject({ exitCode: 0, judgement: { loss: { acknowledged: 1, recovered: 1 } } })
})

test('the page names every subject of evidence', () => {
  for (const subject of Object.keys(EVIDENCE)) expect(page).toContain(`\`${subject}\``)
})

test('the JSON Schemas are told from the readers', () => {
  expect(JSON.stringify(ledgerJsonSchema())).toContain('acknowledged')
  expect(JSON.stringify(readbackJsonSchema())).toContain('digest')
})
