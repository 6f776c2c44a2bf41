import type { Environment, ServiceUnit } from '@dr-drill/runbook-core'
import type { SimulatedDisk } from '../disk/index.ts'
import type { Kernel, Process, Processes } from '../kernel/index.ts'
import type { MachineClock } from './clock.ts'
import type { ProcessHost, Programs } from './program.ts'

/** Who answers at an endpoint. */
export interface Listener {
  readonly server: Process
  readonly serve: Parameters<ProcessHost['listen']>[1]
  readonly environment: Environment
}

/** What a service needs of the machine that runs it. */
export interface ServiceHost {
  readonly kernel: Kernel
  readonly processes: Processes
  readonly clock: MachineClock
  readonly disk: SimulatedDisk
  readonly programs: Programs
  /** The machine's ports as the unit's account has them. */
  environmentOf(unit: ServiceUnit): Environment
  /** Content of the unit's environment file; empty when it has none. @throws file-missing, input-output */
  configurationOf(unit: ServiceUnit): string
  /** Lets a process serve an endpoint, until it ends. @throws environment-lacking when a stranger listens there */
  listen(listener: Listener, endpoint: string): void
  nextInvocation(): string
  /** A process of a service begins, with this configuration. */
  launched(unit: ServiceUnit, configuration: string): void
  /** Something that befell the machine was met. */
  met(what: string): void
  /** Performs an action now, or when the machine moves again. */
  whenMoving(action: () => void): void
}
