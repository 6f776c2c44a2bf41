import type { QualifiedRunbook } from '@dr-drill/runbook-core'
import type { AgentClient } from '../agent/runner/agent-client.ts'
import type { ChildServer } from './local/child-server.ts'
import type { RunSecrets } from './local/keys.ts'
import type { PreparedStores } from './local/source.ts'
import type { Target } from './target.ts'

/** What is known of a run before its stores are. */
export interface SiteSecrets {
  readonly secrets: RunSecrets
  /** Servers that the run started; added to. */
  readonly servers: ChildServer[]
  /** Ends what would take long. */
  readonly signal: AbortSignal
}

/** What is known of a run before its target is. */
export interface SiteKnown {
  readonly stores: PreparedStores
  readonly secrets: RunSecrets
  readonly historyShiftMs: number
  readonly runbook: QualifiedRunbook
  readonly resuming: boolean
  /** Steps under way at once. */
  readonly concurrency: number
}

/** Where a run of real bytes takes place: what stands there before the first step, and what is left of it. Used in this order. */
export interface RunSite {
  /** Generates or attaches the production's stores and starts what serves them. */
  stores(given: SiteSecrets): Promise<PreparedStores>
  /**
   * Starts the agent that performs steps there, and puts what an earlier one told and nobody heard into the journal; null where steps
   * run in this process.
   */
  attach(known: SiteKnown): Promise<AgentClient | null>
  /** Opens what is restored onto. `drillStartMs`: where this process takes over the drill's clock. */
  open(drillStartMs: number): Promise<Target>
  /** Ends whatever runs there; what `resume` needs stays. Twice is fine. */
  close(): Promise<void>
  /** Removes what it kept beyond the working directory. */
  discard(): Promise<void>
}
