import { type Capability, type FaultRecord, formatInstant, type RunIdentity } from '@dr-drill/runbook-core'

const CAPABILITIES: readonly Capability[] = [
  'service-manager',
  'dns',
  'traffic',
  'alerts',
  'notify',
  'chown',
  'change-bind-address',
]

/** What a simulated host can do: everything, and commands where some are modelled. */
export const capabilitiesOf = (runsCommands: boolean): readonly Capability[] =>
  runsCommands ? [...CAPABILITIES, 'commands'] : CAPABILITIES

/** Who a simulated run is. Nothing in it comes from this machine; its wall clock, `startedAt` in ms, is the world's. */
export function runIdentity(
  seed: number,
  faults: readonly FaultRecord[],
  startedAt: number,
  capabilities: readonly Capability[],
): RunIdentity & { readonly capabilities: readonly Capability[] } {
  return {
    runId: `sim-${seed}`,
    tool: { version: '0.1.0', digest: '0'.repeat(64) },
    actionsDigest: '0'.repeat(64),
    mode: 'rehearsal',
    data: 'generated',
    environment: 'simulated',
    target: 'sim',
    capabilities,
    seed,
    scenario: null,
    faults,
    startedAtWall: formatInstant(startedAt),
  }
}
