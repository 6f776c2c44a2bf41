import { definePort } from '../effects/port.ts'
import type { Unit } from '../units/unit.ts'

/** A unit's state, as its supervisor knows it. */
export interface ServiceStatus {
  readonly name: string
  readonly installed: boolean
  readonly enabled: boolean
  readonly state: 'active' | 'inactive' | 'failed' | 'activating'
  /** Identity of the running process: differs at each start; null when none runs. */
  readonly invocation: string | null
  /** Exit code of the last run that ended; null when none has. */
  readonly lastExitCode: number | null
  /** History time ms; timers only. */
  readonly nextElapseAt: number | null
  readonly lastRunAt: number | null
}

/** The host's service manager. Names carry their suffix. */
export interface ServicesContract {
  /** Installs or replaces units (not started, not enabled). Secrets are references in the environment file, never here. */
  install(input: { readonly units: readonly Unit[] }): void
  start(input: { readonly name: string }): void
  /** Returns when it has stopped. A stopped one is fine. */
  stop(input: { readonly name: string }): void
  enable(input: { readonly name: string }): void
  disable(input: { readonly name: string }): void
  /** Runs a oneshot service now and waits for its end. @throws service-failed */
  runOnce(input: { readonly name: string; readonly timeoutMs: number }): void
  status(input: { readonly names: readonly string[] }): readonly ServiceStatus[]
  /** Log lines of the current or last invocation, oldest first; at most `linesMax` of the newest. */
  log(input: { readonly name: string; readonly linesMax: number }): readonly string[]
}

export const Services = definePort<ServicesContract>('Services', {
  install: 'write',
  start: 'write',
  stop: 'write',
  enable: 'write',
  disable: 'write',
  runOnce: 'write',
  status: 'read',
  log: 'read',
})
