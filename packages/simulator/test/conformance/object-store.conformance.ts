import { FileSystem } from '@dr-drill/runbook-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { answersAsTheReference } from './object-store/answers.ts'
import { Caller } from './object-store/caller.ts'
import { faults, rot } from './object-store/damage.ts'
import { conditions, reads } from './object-store/reads-and-writes.ts'
import { answeredErrors, rights } from './object-store/refusals.ts'
import type { ConformanceScope, ObjectStoreUnderTest } from './object-store/subject.ts'

export type { BehindTheService, ConformanceScope, ObjectStoreUnderTest } from './object-store/subject.ts'

/** What every implementation of the port ObjectStore must do, with and without versions. */
export function objectStoreConformance(
  name: string,
  make: (versioning: boolean) => Promise<ObjectStoreUnderTest>,
  scope: ConformanceScope,
): void {
  describe.each([
    ['with versions', true],
    ['without versions', false],
  ])(`${name} is an ObjectStore, %s`, (_, versioning) => {
    let subject: ObjectStoreUnderTest
    let caller: Caller
    beforeAll(async () => {
      subject = await make(versioning)
      caller = new Caller(subject)
      await caller.run(FileSystem.makeDirectory({ path: '/files', mode: 0o755 }))
    })
    afterAll(() => subject.dispose())
    const given = { versioning, subject: () => subject, caller: () => caller, scope }
    answersAsTheReference(given)
    conditions(given)
    reads(given)
    rights(given)
    if (!scope.behind) return
    answeredErrors(given)
    faults(given)
    rot(given)
  })
}
