import type { QualifiedRunbook, RunEvent } from '@dr-drill/runbook-core'
import type { LogEntry } from '../../ports/log.ts'

/** What a local run tells and asks while it goes on. */
export interface LocalRunHooks {
  /** Called once, when the steps are known. */
  onRunbook(runbook: QualifiedRunbook): void
  onEvent(event: RunEvent): void
  onLog(entry: LogEntry): void
  /** A line of the run itself. */
  say(text: string): void
  /** Called when the run must end; the returned function takes the listener off. */
  onInterrupt(listener: (reason: string) => void): () => void
  readonly variables: Readonly<Record<string, string | undefined>>
}
