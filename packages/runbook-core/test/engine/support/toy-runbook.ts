import type {
  EngineOptions,
  Expression,
  Json,
  QualifiedRunbook,
  QualifiedStep,
  Scope,
  Template,
} from '@dr-drill/runbook-core'
import { literalTemplate, portableChecksums } from '@dr-drill/runbook-core'

/** An expression that is a function, with the steps that it reads. */
export function expression(
  source: string,
  steps: readonly string[],
  evaluate: (scope: Scope) => Json,
): Expression {
  return { source, steps, params: [], evaluate }
}

export const fromStep = (step: string, name: string): Template => ({
  kind: 'expression',
  expression: expression(
    `steps.${step}.${name}`,
    [step],
    (scope) => (scope.steps[step] as Record<string, Json>)[name] as Json,
  ),
})

export interface ToyStep extends Partial<Omit<QualifiedStep, 'action'>> {
  readonly id: string
  readonly kind?: string
  readonly with?: Json
  readonly input?: Template
}

/** A step that does what its toy action does, once, within a minute. */
export function toyStep({ kind = 'toy', with: given = {}, input, ...rest }: ToyStep): QualifiedStep {
  return {
    title: rest.id,
    group: 'all',
    needs: [],
    when: null,
    retry: { attemptsMax: 1, delayMs: 1_000, delayMsMax: 8_000 },
    timeoutMs: 60_000,
    estimate: { kind: 'action' },
    verify: [],
    undo: 'never',
    capture: [],
    line: null,
    ...rest,
    action: { kind, with: input ?? literalTemplate(given) },
  }
}

export function toyRunbook(steps: readonly ToyStep[]): QualifiedRunbook {
  return {
    id: 'toy',
    title: 'A toy',
    file: null,
    objectives: { rtoMs: 3_600_000, rpoMs: 900_000 },
    parameters: [],
    groups: [{ id: 'all', title: 'All', budgetMs: null }],
    steps: steps.map(toyStep),
    gate: steps.at(-1)?.id ?? '',
    checklist: [],
    protection: {
      backupIntervalMs: 1,
      archiveIntervalMs: 1,
      archiveAccuracyMs: 1,
      archiveDurationMs: 1,
      rotatesEachCycle: true,
    },
    digest: 'd'.repeat(64),
  }
}

export function toyOptions(runbook: QualifiedRunbook, more: Partial<EngineOptions> = {}): EngineOptions {
  return {
    runbook,
    identity: {
      runId: 'run-1',
      tool: { version: '0.0.0', digest: 'a'.repeat(64) },
      actionsDigest: 'b'.repeat(64),
      mode: 'rehearsal',
      data: 'generated',
      environment: 'simulated',
      target: 'toy',
      capabilities: [],
      seed: 1,
      scenario: null,
      faults: [],
      startedAtWall: '2026-02-11T00:05:00Z',
    },
    checksums: portableChecksums,
    concurrency: 4,
    marks: [],
    approvals: {},
    deadlineMs: null,
    resume: null,
    ...more,
  }
}
