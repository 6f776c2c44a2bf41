import type {
  ActionRegistry,
  Capability,
  Environment,
  ExecutorContract,
  JournalContract,
  PortHandler,
} from '@dr-drill/runbook-core'
import type { RequestCounts } from '../ports/object-store/index.ts'

/** What a run's actions are performed with, wherever that is. */
export interface PerformOptions {
  readonly registry: ActionRegistry
  /** The run's journal: the same handlers that the engine has. */
  readonly journal: PortHandler<JournalContract>
  readonly dryRun: boolean
}

/** What only the target itself can tell of a run. */
export interface TargetFacts {
  /** The most that the run's files have taken on the target's disk. */
  readonly diskPeakBytes: number
  /** Requests to each store, as the target's client counted them. */
  readonly requests: Readonly<Record<string, Readonly<RequestCounts>>>
}

/** What a run restores onto. In process or through an agent: whoever runs on it cannot tell. */
export interface Target {
  /** The target's ports, to look at what came of the run. Through an agent it only reads. */
  readonly environment: Environment
  readonly capabilities: ReadonlySet<Capability>
  /** Ports that only remember what they were asked. */
  readonly recorders: ReadonlySet<string>
  /** Who performs actions where the data is. One per run. */
  executor(options: PerformOptions): PortHandler<ExecutorContract>
  facts(): Promise<TargetFacts>
  /** Starts what a completed run left running and its process took along when it died; returns when it serves. */
  revive(): Promise<void>
  /** Ends every unit's process; the ports remain. */
  endProcesses(): Promise<void>
  /** Ends its processes and closes what it holds; files stay. */
  close(): Promise<void>
}
