import { readFileSync } from 'node:fs'
import { foldRun, memoryJournal, sealJournal, utf8Encode } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { toyRunbook } from '../engine/support/toy-runbook.ts'
import { checksums, read } from './support.ts'

const FIXTURE = new URL('./fixtures/version-1.jsonl', import.meta.url)

test('a journal of version 1 is read, and folds to the run that it tells', () => {
  const { entries, end } = read(readFileSync(FIXTURE))
  expect(end).toMatchObject({ seq: 12, at: 1_503, dropped: 'nothing' })
  const retry = { attemptsMax: 2, delayMs: 1_000, delayMsMax: 8_000 }
  const runbook = toyRunbook([
    { id: 'a', retry },
    { id: 'b', needs: ['a'] },
  ])
  const state = foldRun(
    runbook,
    entries.map(({ event }) => event),
    1,
  )
  expect([...state.steps].map(({ status, attempt }) => [status, attempt])).toEqual([
    ['succeeded', 2],
    ['interrupted', 1],
  ])
  expect(state.outcome).toBe('interrupted')
})

test('what a run kept in memory seals to is what a reader proves', () => {
  const { entries } = read(readFileSync(FIXTURE))
  let now = 40
  const journal = memoryJournal(() => now)
  for (const { event } of entries) {
    journal.handlers.append({ events: [event], durable: true }, { onCancel() {} })
    now += 7
  }
  const text = `${[...sealJournal(journal.events, checksums)].join('\n')}\n`
  const again = read(utf8Encode(text)).entries
  expect(again.map(({ event }) => event)).toEqual(entries.map(({ event }) => event))
  expect(again.map(({ at }) => at)).toEqual(entries.map((_, index) => index * 7))
})
