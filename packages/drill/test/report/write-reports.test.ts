import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildReport, driveAsync, environment, reportSchema } from '@dr-drill/runbook-core'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import { expect, test } from 'vitest'
import { judge, lostTail } from '../../../runbook-core/test/verdict/sample-run.ts'
import { writeReports } from '../../src/report/index.ts'

test('three files, whole, the same bytes when written again; later facts replace them', async () => {
  const root = mkdtempSync(join(tmpdir(), 'write-reports-'))
  const files = nodeFileSystem({ root, durable: false })
  const write = async (report: ReturnType<typeof buildReport>) => {
    const exit = await driveAsync(writeReports('/', report), environment({ FileSystem: files }))
    expect(exit.kind).toBe('success')
    expect(readdirSync(root).sort()).toEqual(['junit.xml', 'report.json', 'report.md'])
    return ['junit.xml', 'report.json', 'report.md'].map((name) => readFileSync(join(root, name), 'utf8'))
  }
  try {
    const good = buildReport(judge())
    const first = await write(good)
    expect(await write(good)).toEqual(first)
    expect(reportSchema.parse(JSON.parse(first[1]!))).toEqual(good)
    const second = await write(buildReport(judge({ evidence: { oracle: lostTail(2) } })))
    expect(second[2]).toContain('Data Loss: 2 records')
  } finally {
    files.close()
    rmSync(root, { recursive: true, force: true })
  }
})
