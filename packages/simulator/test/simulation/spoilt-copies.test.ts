import { simulateDrill } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { drillOptions } from './lab.ts'

test.each(['lost-write', 'misdirected-write'])(
  'after %s the run refuses, and resumed it fetches again what was spoilt, and no more',
  (fault) => {
    const { judged, checked, events } = simulateDrill(drillOptions({ faults: [fault] }))
    expect(judged.faults).toMatchObject([{ kind: fault, fired: true }])
    const failed = events.flatMap(({ event }) => (event.type === 'step-failed' ? [event.error.code] : []))
    expect(failed).toContain('copy-spoilt')
    const resumedAt = events.findIndex(({ event }) => event.type === 'run-resumed')
    const undone = events.flatMap(({ event }) => (event.type === 'step-undone' ? [event.step] : []))
    expect(undone).toEqual(expect.arrayContaining(['fetch-backup', 'fetch-log']))
    expect(undone).not.toContain('select-backup')
    const downloads = (from: number, to: number): number =>
      events
        .slice(from, to)
        .filter(({ event }) => event.type === 'effect-intended' && event.method === 'download').length
    expect(downloads(resumedAt, events.length)).toBeLessThan(downloads(0, resumedAt))
    expect(checked.violations).toEqual([])
    expect(checked.expectation.kind).toBe('must-recover')
    expect(checked.results.find(({ id }) => id === 'I17')?.status).toBe('held')
  },
)

test('before the first backup a fault finds nothing to strike, and the run refuses', () => {
  const { production } = drillOptions()
  const more = { failureAt: production.startedAt + 3_600_000 }
  const { judged, checked } = simulateDrill(
    drillOptions({ faults: ['encrypted-objects', 'late-listing'], more }),
  )
  expect(judged.faults.map(({ fired }) => fired)).toEqual([false, false])
  expect(checked.expectation.kind).toBe('must-refuse')
  expect(checked.violations).toEqual([])
})

test('a credential that expired is seen to be refused though every answer is late', () => {
  const faults = ['slow-store', 'expired-credentials', 'denied-verb:verb=list']
  const { judged } = simulateDrill(drillOptions({ faults }))
  expect(judged.faults.filter(({ fired }) => !fired)).toEqual([])
})
