import type { ActionRegistry } from '../actions/index.ts'
import type { QualifiedRunbook } from '../runbook/qualified.ts'
import { LintContext } from './context.ts'
import type { Finding, Rule, Severity } from './rule.ts'
import { RULES } from './rules/index.ts'

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }

/** Reads a runbook against every rule. Findings in order of severity, line and rule. */
export function lint(
  runbook: QualifiedRunbook,
  registry: ActionRegistry,
  rules: readonly Rule[] = RULES,
): readonly Finding[] {
  const context = new LintContext(runbook, registry)
  const lineOf = new Map(runbook.steps.map((step) => [step.id, step.line]))
  const findings: Finding[] = []
  for (const rule of rules) {
    for (const { step, message, fix, defect } of rule.check(context)) {
      findings.push({
        rule: rule.id,
        severity: rule.severity,
        defect: defect ?? rule.defect,
        file: runbook.file,
        line: step === null ? null : (lineOf.get(step) ?? null),
        step,
        message,
        fix,
      })
    }
  }
  return findings.sort(
    (a, b) =>
      RANK[a.severity] - RANK[b.severity] ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.rule < b.rule ? -1 : Number(a.rule > b.rule)),
  )
}

/** True when a finding is at or above the severity: `lint --fail-on` then exits 1. */
export function failsOn(findings: readonly Finding[], severity: Severity): boolean {
  return findings.some((finding) => RANK[finding.severity] <= RANK[severity])
}
