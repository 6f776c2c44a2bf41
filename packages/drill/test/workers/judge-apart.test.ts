import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ledgerHeaderLine, ledgerLine, readbackHeaderLine } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { judgeInWorker } from '../../src/workers/judge-apart.ts'

test('an interrupted judging ends as cancelled and leaves no thread', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'judge-worker-'))
  try {
    const ledger = join(directory, 'ledger')
    const readback = join(directory, 'readback')
    const header = ledgerHeaderLine({
      unit: 'r',
      coverage: 'complete',
      order: 'none',
      domain: 'history',
      history: null,
      failureAt: null,
    })
    writeFileSync(ledger, header + ledgerLine({ op: 'failed', key: 'k' }).repeat(1_000))
    writeFileSync(readback, readbackHeaderLine({ order: 'none' }))
    const request = { ledger, readback, workPath: directory, failureAt: null }
    const stopped = new AbortController()
    stopped.abort()
    await expect(judgeInWorker(request, stopped.signal)).rejects.toMatchObject({ code: 'cancelled' })
    const { exitCode } = await judgeInWorker({ ...request, memoryBytes: 1 })
    expect(exitCode).toBe(0)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
