import type { HttpRequest, HttpResponse, ServiceUnit, Task, Unit } from '@dr-drill/runbook-core'
import type { SimulatedDisk } from '../disk/index.ts'

/** What a process may ask of the machine it runs on, besides its ports. */
export interface ProcessHost {
  readonly unit: Unit
  /** Identity of this process. */
  readonly invocation: string
  readonly disk: SimulatedDisk
  /** Content of the unit's environment file, as its manager read it; empty when it has none. */
  readonly configuration: string
  /** A line of the unit's log. */
  say(line: string): void
  /** Serves an endpoint from now on. @throws environment-lacking when somebody else listens there */
  listen(endpoint: string, serve: (request: HttpRequest) => Task<HttpResponse>): void
  /** The process ends of its own accord. */
  exit(code: number): void
}

/** What stands behind the name of a unit. A daemon's task returns when it serves; a oneshot's when it is done. */
export interface Program {
  /** Why it cannot be executed as it lies on the disk; null, or no such method: it can. */
  problem?(unit: ServiceUnit, disk: SimulatedDisk): string | null
  run(host: ProcessHost): Task<void>
  /** Ends a daemon in good order; it is asked in its own process. */
  close?(host: ProcessHost): Task<void>
}

/** Programs by the name of the service that runs them; null: none is installed, and starting it fails. */
export type Programs = (service: string) => Program | null
