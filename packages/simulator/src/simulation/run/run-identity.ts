import { type Capability, type FaultRecord, formatInstant, type RunIdentity } from '@dr-drill/runbook-core'

/** What a simulated host can do: everything. */
export const CAPABILITIES: readonly Capability[] = [
  'service-manager',
  'dns',
  'traffic',
  'alerts',
  'notify',
  'chown',
]

/** Who a simulated run is. Nothing in it comes from this machine; its wall clock, `startedAt` in ms, is the world's. */
export function runIdentity(seed: number, faults: readonly FaultRecord[], startedAt: number): RunIdentity {
  return {
    runId: `sim-${seed}`,
    tool: { version: '0.1.0', digest: '0'.repeat(64) },
    actionsDigest: '0'.repeat(64),
    mode: 'rehearsal',
    data: 'generated',
    environment: 'simulated',
    target: 'sim',
    capabilities: CAPABILITIES,
    seed,
    scenario: null,
    faults,
    startedAtWall: formatInstant(startedAt),
  }
}
