import { nextElapseAt, type ServiceUnit } from '@dr-drill/runbook-core'
import { stemedbUnits } from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calendarOf, renderUnit } from '../../../src/ports/systemd/index.ts'

const DAY_MS = 86_400_000
const MIDNIGHT = Date.UTC(2026, 1, 11)

const range = (from: number, step: number, end: number): number[] =>
  Array.from({ length: Math.ceil((end - from) / step) }, (_, index) => from + index * step)

/** Values that one field of a calendar expression matches: `*`, a number, or `FROM/STEP`. */
function fieldOf(text: string, end: number): number[] {
  if (text === '*') return range(0, 1, end)
  const [from = '', step] = text.split('/')
  return step === undefined ? [Number(from)] : range(Number(from), Number(step), end)
}

/** Instants of a day that the expressions match, read as systemd.time(7) has them. */
function elapsesOf(expressions: readonly string[]): number[] {
  return expressions
    .flatMap((expression) => {
      const [, hours = '', minutes = '', seconds = ''] =
        /^\*-\*-\* ([^:]+):([^:]+):([^:]+) UTC$/.exec(expression) ?? []
      return fieldOf(hours, 24).flatMap((hour) =>
        fieldOf(minutes, 60).flatMap((minute) =>
          fieldOf(seconds, 60).map((second) => ((hour * 60 + minute) * 60 + second) * 1_000),
        ),
      )
    })
    .sort((a, b) => a - b)
}

describe('calendars', () => {
  test('elapse exactly when the unit record says, through the whole day', () => {
    const intervals = fc.oneof(
      fc.constantFrom(1, 5, 15, 60, 300, 420, 900, 3_600, 21_600, 25_200, 86_400),
      fc.integer({ min: 60, max: 86_400 }),
    )
    fc.assert(
      fc.property(intervals, (seconds) => {
        const timer = { name: 'a.timer', intervalMs: seconds * 1_000, alignedToDay: true }
        const expected: number[] = []
        for (
          let at = nextElapseAt(timer, MIDNIGHT - 1);
          at < MIDNIGHT + DAY_MS;
          at = nextElapseAt(timer, at)
        ) {
          expected.push(at - MIDNIGHT)
        }
        expect(elapsesOf(calendarOf(timer))).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  test('what no calendar expresses is refused', () => {
    for (const intervalMs of [0, 999, 1_500, 7_000]) {
      expect(() => calendarOf({ name: 'a.timer', intervalMs })).toThrow('no calendar expresses')
    }
  })
})

describe('unit files', () => {
  const units = stemedbUnits({ opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'] })('all') ?? []
  const [engine] = units as readonly ServiceUnit[]

  test('say what the records of StemeDB say', () => {
    expect(units).toHaveLength(7)
    const [api = '', backup = '', timer = ''] = units.map(renderUnit)
    expect(api).toContain('Type=exec\nExecStart=/opt/stemedb/bin/stemedb-api\nUser=stemedb\nGroup=stemedb\n')
    expect(api).toContain('Restart=on-failure\nRestartSec=5000ms\n')
    expect(api).toContain('[Install]\nWantedBy=multi-user.target')
    expect(backup).toContain('Type=oneshot\nExecStart=/opt/dr-drill/bin/dr-drill ops backup\n')
    expect(backup).not.toContain('[Install]')
    expect(timer).toContain(
      'OnCalendar=*-*-* 00/6:00:00 UTC\nAccuracySec=1000ms\nUnit=stemedb-backup.service\n',
    )
  })

  test('never hold what would become another line, a specifier or another word', () => {
    const words = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 4 })
    fc.assert(
      fc.property(words, fc.string({ unit: 'binary' }), (args, description) => {
        const unit = { ...(engine as ServiceUnit), argv: ['/bin/true', ...args] as const, description }
        let text: string
        try {
          text = renderUnit(unit as unknown as ServiceUnit)
        } catch (error) {
          expect(`${args.join('')}${description}`).toMatch(/[\n\r\0]/)
          expect(String(error)).toContain('line end')
          return
        }
        expect(text.split('\n')).toHaveLength(renderUnit(engine as ServiceUnit).split('\n').length)
        const started = text.split('\n').find((line) => line.startsWith('ExecStart=')) ?? ''
        expect(wordsOf(started.slice('ExecStart='.length))).toEqual(['/bin/true', ...args])
      }),
    )
  })

  test('are refused for a program that is no plain path', () => {
    for (const program of ['bin/x', '/bin/a b', '/bin/$x', '-/bin/x', '/']) {
      expect(() => renderUnit({ ...(engine as ServiceUnit), argv: [program] })).toThrow(
        'no plain absolute path',
      )
    }
  })
})

/** A command line as systemd.service(5) splits and unescapes it. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/gs)].map(([, quoted, plain]) =>
    (quoted ?? plain ?? '').replaceAll(/\\(.)/gs, '$1').replaceAll('$$', '$').replaceAll('%%', '%'),
  )
}
