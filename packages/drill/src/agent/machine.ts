import type { HostDescription } from './hosts/host-description.ts'
import type { StartTransport } from './transport.ts'

/** A machine on which steps run through an agent. */
export interface AgentMachine {
  /** Unique in a run; stands in logs and, for all but the run's main machine, in subjects of evidence. */
  readonly name: string
  /** Starts `node agent.mjs` there. */
  readonly start: StartTransport
  /**
   * Directory on that machine in which the agent keeps what the runner has not acknowledged. It must survive the agent, and a restart
   * of the machine; one directory per run. Made when it is not there, mode 0700.
   */
  readonly spoolDirectory: string
  readonly host: HostDescription
  /**
   * True where services of the machine live on when the agent dies (a service manager of its own): then a lost connection is made
   * anew within the run. Else the run ends, and `resume` goes on.
   */
  readonly outlivesAgent: boolean
}

/** The machine on which a step runs, by its name. */
export type PlaceOf = (step: string) => string
