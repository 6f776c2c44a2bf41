import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeSpoolLock } from '../../../src/agent/serving/spool-lock.ts'
import { Spool } from '../../../src/agent/spool/spool.ts'
import type { SpooledEvent } from '../../../src/agent/spool/spool-file.ts'
import { codeOf } from '../../support/calls.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'drill-spool-'))
})
const opened: Spool[] = []
afterEach(async () => {
  // Closing what is closed already does nothing.
  for (const spool of opened.splice(0)) await spool.close()
  rmSync(directory, { recursive: true })
})

const note = (n: number): RunEvent => ({ type: 'evidence-collected', subject: `note ${n}`, evidence: 'ä\n"' })
const file = () => join(directory, 'spool.jsonl')
const open = async (acknowledged: Readonly<Record<string, number>> = {}, runId = 'run') => {
  const spool = await Spool.open(directory, runId, acknowledged)
  opened.push(spool)
  return spool
}
const unheard = async () => {}

/** Writes so many events, each by an append of its own, and closes. */
async function filled(count: number): Promise<{ readonly id: string; readonly bytes: Buffer }> {
  const spool = await open()
  for (let n = 1; n <= count; n += 1) await spool.append([note(n)], n % 2 === 0, unheard)
  await spool.close()
  return { id: spool.id, bytes: readFileSync(file()) }
}

const numbers = (events: readonly SpooledEvent[]) => events.map(({ seq }) => seq)

test('events come back as they were told, numbered, from the last acknowledged one', async () => {
  const spool = await open()
  const told: SpooledEvent[] = []
  const tell = async (events: readonly SpooledEvent[]) => void told.push(...events)
  await Promise.all([
    spool.append([note(1), note(2)], true, tell),
    spool.append([note(3)], false, tell),
    spool.append([note(4)], true, tell),
  ])
  await spool.close()
  expect(numbers(told)).toEqual([1, 2, 3, 4])
  const again = await open({ [spool.id]: 2, stranger: 9 })
  expect([again.id, again.after, again.unacknowledged]).toEqual([spool.id, 2, told.slice(2)])
  await again.append([note(5)], true, tell)
  await again.close()
  expect(numbers((await open({ [spool.id]: 4 })).unacknowledged)).toEqual([5])
  expect(statSync(file()).mode & 0o777).toBe(0o600)
})

test('what is all acknowledged is forgotten; numbers go on, also where the runner knows more than is left here', async () => {
  const { id, bytes } = await filled(6)
  const spool = await open({ [id]: 6 })
  expect([spool.id, spool.after, readFileSync(file()).length < bytes.length / 3]).toEqual([id, 6, true])
  await spool.close()
  const told: SpooledEvent[] = []
  const ahead = await open({ [id]: 9 })
  await ahead.append([note(10)], true, async (events) => void told.push(...events))
  await ahead.close()
  expect(numbers(told)).toEqual([10])
})

test('a spool cut anywhere gives a prefix, and every byte that was altered is refused or cut off, never believed', async () => {
  const { bytes } = await filled(5)
  for (let length = 0; length < bytes.length; length += 7) {
    writeFileSync(file(), bytes.subarray(0, length))
    const cut = await open()
    const found = cut.unacknowledged
    expect(found).toEqual(
      found.map((_, index) => ({ seq: index + 1, durable: index % 2 === 1, event: note(index + 1) })),
    )
    await cut.append([note(99)], true, unheard)
    await cut.close()
    expect(numbers((await open()).unacknowledged)).toEqual([...numbers(found), found.length + 1])
  }
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const altered = Buffer.from(bytes)
      altered[at] = (altered[at] ?? 0) ^ flip
      writeFileSync(file(), altered)
      try {
        const spool = await open()
        for (const { seq, event } of spool.unacknowledged) expect(event).toEqual(note(seq))
        await spool.close()
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'journal-damaged' })
      }
    }),
    { numRuns: 60 },
  )
})

test('a spool of another run is left alone', async () => {
  const { bytes } = await filled(2)
  expect(await codeOf(() => open({}, 'another'))).toBe('precondition-failed')
  expect(readFileSync(file())).toEqual(bytes)
})

test('one agent at a time: a second waits, then gives up; the lock of one that is gone is taken over', async () => {
  const lock = await takeSpoolLock(directory)
  expect(await codeOf(() => takeSpoolLock(directory, 100))).toBe('target-busy')
  const waiting = takeSpoolLock(directory, 5_000)
  lock.release()
  ;(await waiting).release()
  writeFileSync(join(directory, 'lock'), '1 1\n')
  ;(await takeSpoolLock(directory, 0)).release()
  expect(readdirSync(directory)).toEqual([])
})
