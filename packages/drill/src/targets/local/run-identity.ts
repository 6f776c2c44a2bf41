import { type ActionRegistry, formatInstant, type RunIdentity } from '@dr-drill/runbook-core'
import type { Target } from '../target.ts'
import type { ResumePoint } from './resume-point.ts'
import { type RunRequest, targetOf } from './run-request.ts'
import { actionsDigest, toolIdentity } from './tool-identity.ts'

/** What the journal's first event says of a run. A resumed one keeps its start. */
export function runIdentity(
  request: RunRequest,
  actions: ActionRegistry,
  target: Target,
  point: ResumePoint | null,
): RunIdentity {
  const startedAtWall = point?.resume.state.started?.startedAtWall
  return {
    runId: request.runId,
    tool: toolIdentity(),
    actionsDigest: actionsDigest(actions),
    mode: request.mode,
    data: request.source.kind === 'store' ? 'supplied' : 'generated',
    environment: 'sandbox',
    target: targetOf(request),
    capabilities: [...target.capabilities].sort(),
    seed: request.seed,
    scenario: request.scenario ?? null,
    faults: request.faults,
    ...(request.dryRun ? { dryRun: true } : {}),
    startedAtWall: startedAtWall ?? formatInstant(Date.now()),
  }
}
