import type { Environment, Exit, Task } from '@dr-drill/runbook-core'
import type { S3CredentialCounts, S3FaultRule } from '@dr-drill/simulator'
import type { Caller } from './caller.ts'

/** What nobody can do through the port: to be had where the test and the service are one process. */
export interface BehindTheService {
  addRule(rule: S3FaultRule): () => void
  /** Puts other bytes where a version's bytes lie. `key` as the bucket has it. */
  rot(key: string, versionId: string, bytes: Uint8Array): void
  /** Counts of the credential of `source`. */
  readerCounts(): S3CredentialCounts
}

/** A bucket and its stores: `source` may read, `archive` may write, both below `in/`; `stranger` has keys that nobody knows. */
export interface ObjectStoreUnderTest {
  /** Offers ObjectStore and FileSystem. */
  readonly ports: Environment
  run<A>(task: Task<A>, ports: Environment): Promise<Exit<A>>
  /** Deletes as a client that names no version. `key` as the bucket has it. */
  delete(key: string): Promise<void>
  /** Lets history time pass, so that versions of one key differ in their time. */
  pass(ms: number): void
  readonly behind: BehindTheService | null
  dispose(): Promise<void>
}

/** How much is tried. */
export interface ConformanceScope {
  readonly numRuns: number
  /** Whether a test reaches behind the service: then faults, damage and counters are tried as well. */
  readonly behind: boolean
  /** Whether a thousand objects may be written. */
  readonly fullPages: boolean
}

/** What the tests of one subject share. */
export interface Given {
  readonly versioning: boolean
  readonly subject: () => ObjectStoreUnderTest
  readonly caller: () => Caller
  readonly scope: ConformanceScope
}

/** What lies behind a subject. @throws when the scope promised too much */
export function behindOf({ behind }: ObjectStoreUnderTest): BehindTheService {
  if (behind === null) throw new Error('the scope says that the test reaches behind the service')
  return behind
}
