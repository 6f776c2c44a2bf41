import type { Json } from '../text/json.ts'
import type { Finding, Rule, Severity } from './rule.ts'
import { RULES } from './rules/index.ts'

/** `lint --format text`: two lines per finding and a count. */
export function lintText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ severity, rule, defect, file, line, step, message, fix }) => {
    const where = [file ?? 'runbook', ...(line === null ? [] : [String(line)])].join(':')
    const about = step === null ? '' : `step "${step}": `
    return [`${where}: ${severity} ${rule} (${defect}): ${about}${message}`, `    fix: ${fix}`]
  })
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length
  lines.push(
    [
      counted(count('error'), 'error'),
      counted(count('warning'), 'warning'),
      counted(count('info'), 'note'),
    ].join(', '),
  )
  return `${lines.join('\n')}\n`
}

/** `lint --format json`. */
export function lintJson(findings: readonly Finding[]): Json {
  return { schemaVersion: 1, findings: findings.map((finding) => ({ ...finding })) }
}

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }

/** `lint --format sarif`: SARIF 2.1.0, as code hosts read it. */
export function lintSarif(findings: readonly Finding[], version: string): Json {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'dr-drill', version, rules: RULES.map(sarifRule) } },
        results: findings.map(sarifResult),
      },
    ],
  }
}

function sarifRule(rule: Rule): Json {
  return {
    id: rule.id,
    name: rule.name,
    shortDescription: { text: rule.requires },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: { defect: rule.defect },
  }
}

function sarifResult(finding: Finding): Json {
  const region = finding.line === null ? {} : { region: { startLine: finding.line } }
  const location = { physicalLocation: { artifactLocation: { uri: finding.file ?? 'runbook' }, ...region } }
  return {
    ruleId: finding.rule,
    level: LEVELS[finding.severity],
    message: { text: `${finding.message}. ${finding.fix}` },
    locations: [location],
    properties: { defect: finding.defect, ...(finding.step === null ? {} : { step: finding.step }) },
  }
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
