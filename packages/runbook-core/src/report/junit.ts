import { modeSentence } from './mode-sentence.ts'
import { xmlText } from './neutralise.ts'
import type { Report } from './schema.ts'

interface Case {
  readonly name: string
  readonly durationMs: number
  readonly result: 'passed' | 'failed' | 'skipped'
  readonly message: string
}

/** `junit.xml`: verdict, steps, checklist and invariants as test cases, for CI systems that show those. */
export function junitReport(report: Report): string {
  const suites = [
    suite('verdict', [verdictCase(report)]),
    suite('steps', report.steps.map(stepCase)),
    suite('checklist', report.checklist.map(checklistCase)),
    suite('invariants', report.invariants.map(invariantCase)),
  ]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xmlText(`${report.runbook.id} ${report.runId}`)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')

  function suite(name: string, cases: readonly Case[]): string {
    const failures = cases.filter((one) => one.result === 'failed').length
    const skipped = cases.filter((one) => one.result === 'skipped').length
    const about = xmlText(modeSentence(report.mode, report.target))
    return [
      `  <testsuite name="${name}" tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" timestamp="${xmlText(report.startedAt.slice(0, 19))}">`,
      `    <properties><property name="mode" value="${about}"/></properties>`,
      ...cases.map((one) => caseXml(name, one)),
      '  </testsuite>',
    ].join('\n')
  }
}

function caseXml(suite: string, { name, durationMs, result, message }: Case): string {
  const open = `    <testcase classname="${suite}" name="${xmlText(name)}" time="${seconds(durationMs)}"`
  if (result === 'passed') return `${open}/>`
  const element = result === 'failed' ? 'failure' : 'skipped'
  return `${open}><${element} message="${xmlText(message)}"/></testcase>`
}

const seconds = (ms: number): string => `${Math.floor(ms / 1_000)}.${String(ms % 1_000).padStart(3, '0')}`

function verdictCase({ verdict, passed, durationMs }: Report): Case {
  const result = passed === null ? 'skipped' : passed ? 'passed' : 'failed'
  return { name: verdict.kind, durationMs, result, message: verdict.reason }
}

function stepCase({ id, title, status, durationMs, detail }: Report['steps'][number]): Case {
  const result = status === 'succeeded' ? 'passed' : status === 'failed' ? 'failed' : 'skipped'
  return {
    name: `${id}: ${title}`,
    durationMs: durationMs ?? 0,
    result,
    message: detail === '' ? status : detail,
  }
}

function checklistCase({ id, title, status, detail }: Report['checklist'][number]): Case {
  const result = status === 'passed' ? 'passed' : status === 'failed' ? 'failed' : 'skipped'
  return { name: `${id}: ${title}`, durationMs: 0, result, message: `${status}: ${detail}` }
}

/** What could not be checked is no pass: CI must see it as one that failed. */
function invariantCase({ id, name, status, detail }: Report['invariants'][number]): Case {
  const failed = status === 'violated' || status === 'not-checked'
  const result = status === 'held' ? 'passed' : failed ? 'failed' : 'skipped'
  return { name: `${id} ${name}`, durationMs: 0, result, message: `${status}: ${detail}` }
}
