import type { Capability, FaultRecord, RunIdentity } from '@dr-drill/runbook-core'

/** What a simulated host can do: everything. */
export const CAPABILITIES: readonly Capability[] = [
  'service-manager',
  'dns',
  'traffic',
  'alerts',
  'notify',
  'chown',
]

/** Who a simulated run is. Nothing in it comes from this machine. */
export function runIdentity(seed: number, faults: readonly FaultRecord[]): RunIdentity {
  return {
    runId: `sim-${seed}`,
    tool: { version: '0.1.0', digest: '0'.repeat(64) },
    actionsDigest: '0'.repeat(64),
    mode: 'drill',
    data: 'generated',
    environment: 'simulated',
    target: 'sim',
    capabilities: CAPABILITIES,
    seed,
    scenario: null,
    faults,
    startedAtWall: '1970-01-01T00:00:00Z',
  }
}
