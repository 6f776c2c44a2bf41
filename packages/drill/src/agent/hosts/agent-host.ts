import type { LogEntry } from '../../ports/log.ts'
import type { GroupWatch } from '../../ports/processes/group-register.ts'
import type { Target } from '../../targets/target.ts'

/** A target as an agent holds it: actions are performed by the agent's own executor over it. */
export type AgentHost = Omit<Target, 'executor'>

/** What an agent tells of itself to the host that it opens. */
export interface HostContext {
  /** Drill time at which this agent takes over, ms. */
  readonly drillStartMs: number
  readonly onLog: (entry: LogEntry) => void
  /** Where programs that the host starts are put on record, so that the next agent can end them. */
  readonly groups: GroupWatch
}
