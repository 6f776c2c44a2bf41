import type { Capability } from '@dr-drill/runbook-core'
import type { EndpointLocation } from '../../ports/http.ts'
import type { StoreLocation } from '../../ports/object-store/index.ts'
import type { RunSecrets } from '../../targets/local/keys.ts'
import type { ServiceAccount } from '../../targets/local/service-account.ts'

/**
 * What an agent builds its ports from: plain data that crosses the connection once, after both sides have agreed on versions.
 * Secrets are in it and nowhere else: neither in the argument vector nor in the environment of any process, spool, journal or log.
 */
export type HostDescription = DirectoryHost | SystemHost

/** A directory of the machine as the recovery host's root, its units as children of the agent: what `local` is, seen from afar. */
export interface DirectoryHost {
  readonly kind: 'directory'
  /** Working directory of the run, absolute; the root lies below it. */
  readonly work: string
  readonly locations: { readonly source: StoreLocation; readonly archive: StoreLocation }
  readonly secrets: RunSecrets
  readonly account: ServiceAccount
  readonly allowHostCommands: boolean
  /** History's distance from the wall clock, ms. */
  readonly historyShiftMs: number
}

/** The machine as it is: its own files, accounts, commands and units. */
export interface SystemHost {
  readonly kind: 'system'
  /** What `/` of the runbook means there; `/` unless a part of the machine stands for all of it. */
  readonly root: string
  /** Stores by the name that inputs use (`source`, `archive`), as they are reached from there. */
  readonly locations: Readonly<Record<string, StoreLocation>>
  /** Endpoints by the name that inputs use, as they are reached from there, with their tokens. */
  readonly endpoints: Readonly<Record<string, EndpointLocation>>
  readonly capabilities: readonly Capability[]
  /** Who runs its units; with `none` steps that need one are told to be impossible there. */
  readonly serviceManager: 'systemd' | 'none'
  /** PATH of commands. */
  readonly searchPath: string
  readonly historyShiftMs: number
}
