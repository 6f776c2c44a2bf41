import { OperatingError } from '@dr-drill/runbook-core'
import { type Hello, PROTOCOL_VERSION } from './messages.ts'

/** What a side says of itself. */
export const helloOf = (program: {
  readonly version: string
  readonly digest: string
  readonly actionsDigest: string
}): Hello => ({ kind: 'agent-hello', schemaVersion: 1, protocol: PROTOCOL_VERSION, ...program })

/** Both sides must be of one release, with the same kinds of action. @throws version-mismatch, naming what differs */
export function assertSameRelease(theirs: Hello, ours: Hello): void {
  const pairs = [
    ['protocol', theirs.protocol, ours.protocol],
    ['version', theirs.version, ours.version],
    ['program', theirs.digest, ours.digest],
    ['action set', theirs.actionsDigest, ours.actionsDigest],
  ] as const
  for (const [what, there, here] of pairs) {
    if (there === here) continue
    throw new OperatingError('version-mismatch', `runner and agent differ in their ${what}`, {
      subject: what,
      hint: 'Put the agent of this release onto the machine: the runner ships the one that fits.',
    })
  }
}
