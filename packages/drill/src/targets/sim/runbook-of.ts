import {
  type ActionRegistry,
  type Checksums,
  type DatabasePack,
  plan,
  type QualifiedRunbook,
} from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import type { PreparedRunbook } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { stemedb, stemedbActions } from '../stemedb-actions.ts'

/** Name of the target, and of its own parameter profile in runbooks. */
export const SIM = 'sim'

/** A runbook as it was given. */
export interface GivenRunbook {
  readonly text: string
  /** As people name it in messages. */
  readonly file: string
  /** Parameters as `--param` takes them. */
  readonly params: Readonly<Record<string, string>>
  /** Target whose values of parameters apply where none is given; default: this one's. */
  readonly profile?: string
}

/** Prepares a runbook for productions of different signers: parsed, checked and planned once per trust key. */
export class RunbookShelf {
  readonly pack: DatabasePack
  readonly actions: ActionRegistry
  readonly #given: GivenRunbook
  readonly #prepared = new Map<string, PreparedRunbook>()
  readonly #knowsTrustKey: boolean

  /** `checksums` are what actions compute with. @throws input-invalid and what loading throws */
  constructor(given: GivenRunbook, checksums: Checksums = nativeChecksums) {
    this.#given = given
    this.pack = stemedb(checksums)
    this.actions = stemedbActions(this.pack)
    this.#knowsTrustKey = this.#load({}).parameters.some(({ name }) => name === 'trust-key')
  }

  /** The runbook with the key of a production's signer; a key that was given by hand wins. */
  prepared(trustKey: string): PreparedRunbook {
    const known = this.#prepared.get(trustKey)
    if (known !== undefined) return known
    const runbook = this.#load(this.#knowsTrustKey ? { 'trust-key': trustKey } : {})
    const { actions, pack } = this
    const prepared = { runbook, actions, pack, plan: plan(runbook, { registry: actions }) }
    this.#prepared.set(trustKey, prepared)
    return prepared
  }

  #load(known: Readonly<Record<string, string>>): QualifiedRunbook {
    const { text, file, params, profile = SIM } = this.#given
    return loadRunbook(text, {
      registry: this.actions,
      checksums: nativeChecksums,
      params: { ...known, ...params },
      profile,
      file,
    })
  }
}
