import type { Interrupts } from './interrupts.ts'
import type { Terminal } from './terminal.ts'

/** What every command gets from the process it runs in. */
export interface CliContext {
  readonly terminal: Terminal
  readonly interrupts: Interrupts
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Working directory, absolute. */
  readonly directory: string
  /** Version of the tool, of package.json. */
  readonly version: string
}
