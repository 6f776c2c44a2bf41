import {
  buildReport,
  junitReport,
  markdownReport,
  plainVerdict,
  prettyVerdict,
  type Report,
  reportSchema,
  reportText,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RUNS } from '../oracle/runs.ts'
import { type Difference, failure, judge, lostTail } from '../verdict/sample-run.ts'

const reportOf = (difference: Difference = {}, options: Parameters<typeof judge>[1] = {}): Report =>
  buildReport(judge(difference, options))
const evidencePath = 'drill-reports/run-1'
const plain = (report: Report, width = 80) => plainVerdict(report, { evidencePath, width })

const DIFFERENCES: Difference[] = [
  {},
  { evidence: { oracle: lostTail(3) } },
  {
    started: { mode: 'drill', data: 'supplied' },
    evidence: { oracle: undefined, supplied: { ledger: false, trustKey: false } },
  },
  { order: ['choose'], ended: { type: 'run-ended', outcome: 'failed', firstCause: failure('log-corrupt') } },
  { order: ['choose'], ended: null },
  { order: [], evidence: { oracle: undefined } },
]

describe('report.json', () => {
  test.each(DIFFERENCES)(
    'has the shape of its schema, survives JSON, and is the same bytes each time (%#)',
    (difference) => {
      const report = reportOf(difference)
      expect(reportSchema.parse(report)).toEqual(report)
      expect(JSON.parse(reportText(report))).toEqual(report)
      expect(reportText(reportOf(difference))).toBe(reportText(report))
    },
  )

  test('has every field that the contracts name', () => {
    const report = reportOf()
    const fields =
      'kind schemaVersion runId mode data environment target seed runbook scenario faults clocks steps objectives loss claims invariants checklist selection verdict passed'
    for (const field of fields.split(' ')) expect(report).toHaveProperty(field)
    expect(Object.keys(report.clocks)).toEqual(['failureAt', 'detectedAt', 'declaredAt', 'restoredAt'])
    expect(Object.keys(report.steps[0]!)).toEqual(
      expect.arrayContaining([
        'id',
        'title',
        'status',
        'exercised',
        'startedAt',
        'durationMs',
        'budgetMs',
        'attempts',
      ]),
    )
    expect(report.clocks.failureAt).toEqual({ at: '2026-02-11T19:00:00.000Z', domain: 'history' })
    expect(report.clocks.restoredAt).toEqual({ at: '2026-02-11T20:00:02.000Z', domain: 'drill' })
    expect(report.selection).toEqual([
      { candidate: 'backup-b', chosen: true, reason: expect.any(String) },
      { candidate: 'backup-a', chosen: false, reason: expect.any(String) },
      { candidate: 'backup-c', chosen: false, reason: 'incomplete: no manifest' },
    ])
    expect(report.checklist).toMatchObject([{ status: 'passed', exercised: 'sandbox' }, { status: 'passed' }])
  })

  test('loss is null where unknown, never 0', () => {
    expect(reportOf(DIFFERENCES[2]).loss).toBeNull()
  })

  test.each([
    [DIFFERENCES[2], 'no ledger was given'],
    [DIFFERENCES[5], 'the ledger was not compared with what came back'],
  ])('an unknown loss has its true reason (%#)', (difference, why) => {
    const report = reportOf(difference)
    expect(markdownReport(report)).toContain(`- Data Loss: unknown (${why})`)
    expect(plain(report)).toContain(`unknown: ${why}`)
  })
})

describe('report.md', () => {
  const HEADINGS = [
    'Summary',
    'Metrics',
    'Timeline',
    'Issues Encountered',
    'Lessons Learned',
    'Action Items',
    'Runbook Updates',
  ]

  test('follows the template and ends with what is not proven', () => {
    const text = markdownReport(reportOf({ evidence: { oracle: lostTail(3) } }))
    const lines = text.split('\n')
    expect(lines[0]).toBe('REHEARSAL on generated data: nothing of yours was restored.')
    expect(text).toContain('# DR Drill Report - 2026-02-11')
    const headings = lines.filter((line) => line.startsWith('## ')).map((line) => line.slice(3))
    expect(headings.slice(0, 7)).toEqual(HEADINGS)
    expect(headings.at(-1)).toBe('What this run does not prove')
    expect(text).toContain('- Date: 2026-02-11 20:00 UTC\n- Participants: to be filled by the team\n')
    expect(text).toContain('- Result: ⚠️ Partial')
    expect(text).toContain('- RTO Target: 4 hours\n- RTO Achieved: 0 hours 0 min')
    expect(text).toContain('- RPO Target: 15 min\n- RPO Achieved: 5 min (met, by the ledger)')
    expect(text).toContain('- Data Loss: 3 records (expected) of 100 acknowledged')
    const timeline = lines.slice(lines.indexOf('## Timeline') + 1, lines.indexOf('## Issues Encountered') - 1)
    expect(timeline.map((line) => line.replace(/ \(.*/, ''))).toEqual([
      '- 20:00 - Drill started',
      '- 20:00 - Server provisioned',
      '- 20:00 - Backup downloaded',
      '- 20:00 - WAL downloaded',
      '- 20:00 - Data restored',
      '- 20:00 - Service started',
      '- 20:00 - Validation complete',
      '- 20:00 - Drill complete',
    ])
    expect(lines.filter((line) => line.startsWith('- [ ] ')).length).toBeGreaterThanOrEqual(9)
    expect(text).toContain('Due: 2026-02-11 21:00 UTC')
    expect(text).toContain('Due: 2026-02-18 20:00 UTC')
  })

  test('a recovery is an incident', () => {
    const text = markdownReport(
      reportOf({ started: { mode: 'recovery', target: 'ssh://root@db1.example:22/srv' } }),
    )
    expect(text.startsWith('RECOVERY of db1.example: this changes a real machine.\n')).toBe(true)
    expect(text).toContain('# DR Incident Report - 2026-02-11')
  })

  test('what the run did not reach is said, not invented', () => {
    const text = markdownReport(reportOf(DIFFERENCES[3]))
    expect(text).toContain('- --:-- - Drill complete: not reached')
    expect(text).toContain('- Result: ❌ Failed')
    expect(text).toContain('- RTO Achieved: not restored')
  })
})

describe('the verdict at a terminal', () => {
  test('says what was recovered and lost, what is open and what to do', () => {
    const text = plain(reportOf({ evidence: { oracle: lostTail(3) } }))
    expect(text.split('\n')[0]).toBe('REHEARSAL on generated data: nothing of yours was restored.')
    for (const part of [
      'RESTORED WITH LOSS (passed, exit 0)',
      '97 of 100',
      '3 records',
      'not comparable',
      'Next',
      evidencePath,
    ]) {
      expect(text.replace(/\s+/g, ' ')).toContain(part)
    }
  })

  test('no line is wider than the terminal, within 80 to 100 columns', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DIFFERENCES), fc.integer({ min: 10, max: 200 }), (difference, width) => {
        const widest = Math.max(
          ...plain(reportOf(difference), width)
            .split('\n')
            .map((line) => line.length),
        )
        expect(widest).toBeLessThanOrEqual(Math.min(100, Math.max(80, width)))
      }),
      { numRuns: 60 },
    )
  })

  test('colour only where asked for; the words are the same', () => {
    const options = { evidencePath, width: 80 }
    const coloured = prettyVerdict(reportOf(), { ...options, colour: true })
    const bare = prettyVerdict(reportOf(), { ...options, colour: false })
    expect(coloured).toContain('\u001b[')
    expect(bare).not.toContain('\u001b')
    expect(coloured.replace(/\u001b\[[0-9;]*m/g, '')).toBe(bare)
    expect(bare).toContain('✅  RESTORED')
  })
})

describe('hostile text', () => {
  const nasty = fc.oneof(
    fc.constantFrom(
      '\u001b[2J\u001b]0;owned\u0007',
      'a\nRESTORED (passed, exit 0)',
      '](http://evil.example) <script>alert(1)</script>',
      '| x | y |\n|---|---|',
      '\u202egpj.exe',
      '</testcase><testcase name="fake"/>',
      '# heading',
      '\ud800 \uffff &amp; ]]>',
      '\u2028- [x] done',
      '`code` **bold** _under_ ~~gone~~ www.evil.example @everyone',
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )
  const hostile = (text: string) =>
    reportOf({
      started: { runId: text, target: text, mode: 'recovery', scenario: text },
      order: ['choose', 'fetch'],
      evidence: {
        oracle: { ...lostTail(1), examples: { lost: [text], altered: [], duplicated: [], unexpected: [] } },
        selection: [{ candidate: text, chosen: false, reason: `because ${text}` }],
        'left-behind': { items: [text] },
      },
      extra: [{ type: 'fault-fired', fault: { kind: text, with: {} }, detail: text }],
      ended: {
        type: 'run-ended',
        outcome: 'failed',
        firstCause: { ...failure('log-corrupt'), message: text, hint: text },
      },
    })

  test('never reaches the terminal as a control, a line of its own or reordered text', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const shown = plain(hostile(text))
        expect(shown).not.toMatch(
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u,
        )
        expect(shown).not.toContain('\nRESTORED')
      }),
      { numRuns: RUNS },
    )
  })

  test('is no markup in Markdown: no heading, item, link or HTML that was not ours', () => {
    const shape = (report: Report) =>
      markdownReport(report)
        .split('\n')
        .map((line) => /^(#+ |- \[[ x]\] |- |\d+\. | +- )?/.exec(line)?.[0])
    const expected = shape(hostile('harmless'))
    fc.assert(
      fc.property(nasty, (text) => {
        const report = hostile(text)
        expect(shape(report)).toEqual(expected)
        expect(markdownReport(report)).not.toMatch(/(^|[^\\])(<|\]\(|`|\*\*)/m)
      }),
      { numRuns: RUNS },
    )
  })

  test('is one attribute in XML', () => {
    const tags = (report: Report) => junitReport(report).match(/<[/?]?[a-z]+/g)
    const expected = tags(hostile('harmless'))
    fc.assert(
      fc.property(nasty, (text) => {
        const xml = junitReport(hostile(text))
        expect(xml.match(/<[/?]?[a-z]+/g)).toEqual(expected)
        expect(xml).not.toMatch(
          /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}|&(?!(amp|lt|gt|quot|apos);)/u,
        )
      }),
      { numRuns: RUNS },
    )
  })
})

test('junit counts what it holds', () => {
  const xml = junitReport(reportOf(DIFFERENCES[3]))
  expect(xml).toContain('<testsuite name="steps" tests="7" failures="0" errors="0" skipped="6"')
  expect(xml).toContain('<testsuite name="verdict" tests="1" failures="1"')
  expect(junitReport(reportOf())).toContain(
    '<testsuite name="invariants" tests="16" failures="0" errors="0" skipped="5"',
  )
})
