import type { ServiceStatus } from '@dr-drill/runbook-core'

/** Properties that a status is made from. */
export const STATUS_PROPERTIES: readonly string[] = [
  'Id',
  'LoadState',
  'UnitFileState',
  'ActiveState',
  'InvocationID',
  'ExecMainStatus',
  'ExecMainCode',
  'ExecMainStartTimestamp',
  'ExecMainExitTimestamp',
  'NextElapseUSecRealtime',
  'LastTriggerUSec',
]

/** Statuses from what `systemctl show` prints (in UTC), one block per unit, in the order in which they were asked for. */
export function readStatuses(
  shown: string,
  names: readonly string[],
  historyShiftMs: number,
): readonly ServiceStatus[] {
  const blocks = shown.trim().split(/\n\n+/)
  return names.map((name, index) => statusOf(name, propertiesOf(blocks[index] ?? ''), historyShiftMs))
}

type Properties = ReadonlyMap<string, string>

function propertiesOf(block: string): Properties {
  return new Map(
    block.split('\n').map((line) => {
      const at = line.indexOf('=')
      return [line.slice(0, at), line.slice(at + 1)]
    }),
  )
}

function statusOf(name: string, shown: Properties, historyShiftMs: number): ServiceStatus {
  const state = STATES[shown.get('ActiveState') ?? ''] ?? 'inactive'
  const isTimer = name.endsWith('.timer')
  const runs = state === 'active' || state === 'activating'
  const at = (property: string): number | null => {
    const ms = instantOf(shown.get(property) ?? '')
    return ms === null ? null : ms + historyShiftMs
  }
  return {
    name,
    installed: shown.get('LoadState') === 'loaded',
    enabled: shown.get('UnitFileState') === 'enabled',
    state,
    invocation: runs && !isTimer ? shown.get('InvocationID') || null : null,
    lastExitCode: isTimer ? null : exitCodeOf(shown),
    nextElapseAt: isTimer && state === 'active' ? at('NextElapseUSecRealtime') : null,
    lastRunAt: isTimer ? at('LastTriggerUSec') : at('ExecMainStartTimestamp'),
  }
}

const STATES: Readonly<Record<string, ServiceStatus['state']>> = {
  active: 'active',
  reloading: 'active',
  inactive: 'inactive',
  // Its processes may still write.
  deactivating: 'active',
  failed: 'failed',
  activating: 'activating',
}

/** `ExecMainCode` 1 is an exit by itself; 2 and 3 are signals, which have no exit code. */
function exitCodeOf(shown: Properties): number | null {
  if (instantOf(shown.get('ExecMainExitTimestamp') ?? '') === null) return null
  return shown.get('ExecMainCode') === '1' ? Number(shown.get('ExecMainStatus')) : null
}

const STAMP = /^[A-Z][a-z]{2} (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d+)? UTC$/

function instantOf(text: string): number | null {
  const match = STAMP.exec(text)
  return match === null ? null : Date.parse(`${match[1]}T${match[2]}Z`)
}
