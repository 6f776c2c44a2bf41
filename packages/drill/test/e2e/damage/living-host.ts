import { sleep, type Task } from '@dr-drill/runbook-core'
import { assertionDigest } from '@dr-drill/runbook-core/stemedb'
import type { QueryPage, StemedbEngine } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import type { VirtualServices } from './virtual-services.ts'

/** What is served after a drill: content by position, as the engine itself tells it. */
export interface Served {
  readonly position: number
  readonly key: string
  readonly digest: string
}

/** A restored host in production, in virtual time. */
export interface LivingHost {
  /** Everything that it serves, the run's own test write included. */
  served(): readonly Served[]
  /** An acknowledged write. */
  write(key: string): Served
  archive(): void
  backup(): void
  pass(ms: number): void
  /** History time, ms. */
  now(): number
}

/** A host that a drill has restored, over the drill's own machine. */
export function livingHost(machine: {
  readonly services: VirtualServices
  readonly drive: <A>(task: Task<A>) => A
  readonly served: () => readonly Served[]
  readonly now: () => number
}): LivingHost {
  const { services, drive, served, now } = machine
  return {
    served,
    now,
    write(key) {
      const { engine } = services
      if (engine === null) throw new Error('nothing runs')
      const assertion = {
        id: key,
        concept_path: 'plant/sensor',
        predicate: 'reads',
        value: key,
        confidence: 1,
        authority_tier: 'expert',
      }
      const { position } = drive(engine.assert(assertion))
      return { position, key, digest: assertionDigest(nativeChecksums, assertion) }
    },
    archive: () => drive(services.runUnit('stemedb-archive-wal.service')),
    backup: () => drive(services.runUnit('stemedb-backup.service')),
    pass: (ms) => drive(sleep(ms)),
  }
}

/** Everything an engine serves by position, asked of the engine and not over any of the product's readers. */
export function* servedBy(engine: StemedbEngine): Task<Served[]> {
  const served: Served[] = []
  for (let cursor: number | null = null; ; ) {
    const page: QueryPage = yield* engine.query({
      conceptPath: '*',
      predicate: null,
      lens: 'position',
      limit: 1000,
      cursor,
    })
    for (const { position, assertion } of page.assertions) {
      served.push({ position, key: assertion.id, digest: assertionDigest(nativeChecksums, assertion) })
    }
    cursor = page.cursor
    if (cursor === null) return served
  }
}
