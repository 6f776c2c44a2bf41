import {
  beginningOf,
  beginsWith,
  type Checksums,
  QuestionOfEach,
  recallEach,
  type Task,
} from '@dr-drill/runbook-core'
import { type Assertion, assertionDigest } from '@dr-drill/runbook-core/stemedb'
import { ChainName, ListChain } from '../../memory/index.ts'
import type { QueryPage, StemedbEngine, StoredAssertion } from '../../stemedb/index.ts'

/** A record that an engine holds. */
export interface Served {
  readonly position: number
  readonly key: string
  readonly digest: string
}

/** What an engine holds, in order of position. */
export interface Holdings {
  readonly records: readonly Served[]
  /** Records of the keys that were set apart: the run's own test writes. */
  readonly apart: readonly Served[]
}

const PAGE = 1000
const RECORD = new QuestionOfEach<StoredAssertion, Served>('served records')
const HELD = new ChainName<Served>('what an engine holds')
const digests = new WeakMap<Assertion, string>()

/** Everything that an engine holds, asked of the engine itself and over none of the product's readers. */
export function* servedBy(
  engine: StemedbEngine,
  checksums: Checksums,
  setApart: ReadonlySet<string>,
): Task<Holdings> {
  let held = ListChain.empty(checksums, HELD)
  const apart: Served[] = []
  for (let cursor: number | null = null; ; ) {
    const page: QueryPage = yield* engine.query({
      conceptPath: '*',
      predicate: null,
      lens: 'position',
      limit: PAGE,
      cursor,
    })
    const records = recallEach(checksums, RECORD, page.assertions, (one) => servedRecord(one, checksums))
    held = held.with(without(records, setApart, apart))
    cursor = page.cursor
    if (cursor === null) return { records: held.list, apart }
  }
}

function servedRecord({ position, assertion }: StoredAssertion, checksums: Checksums): Served {
  return { position, key: assertion.id, digest: digestOf(assertion, checksums) }
}

/** Assertions are immutable once they are decoded, and engines that decode the same bytes may share them. */
function digestOf(assertion: Assertion, checksums: Checksums): string {
  const known = digests.get(assertion)
  if (known !== undefined) return known
  const digest = assertionDigest(checksums, assertion)
  digests.set(assertion, digest)
  return digest
}

/** A page less the records of some keys, which are added to `apart`. Where they all stand behind what is known, that is the rest. */
function without(page: readonly Served[], keys: ReadonlySet<string>, apart: Served[]): readonly Served[] {
  const beginning = beginningOf(page)
  if (beginning !== null && !names(beginning, keys)) {
    const rest = page.slice(beginning.length)
    const kept = divided(rest, keys, apart)
    if (kept.length === 0) return beginning
    if (kept.length === rest.length) return page
    const shorter = [...beginning, ...kept]
    beginsWith(shorter, beginning)
    return shorter
  }
  return names(page, keys) ? divided(page, keys, apart) : page
}

function divided(records: readonly Served[], keys: ReadonlySet<string>, apart: Served[]): readonly Served[] {
  const kept: Served[] = []
  for (const record of records) (keys.has(record.key) ? apart : kept).push(record)
  return kept
}

const named = new WeakMap<readonly Served[], ReadonlySet<string>>()

/** Whether one of these keys is among the records. */
function names(records: readonly Served[], keys: ReadonlySet<string>): boolean {
  if (keys.size === 0) return false
  let own = named.get(records)
  if (own === undefined) {
    own = new Set(records.map(({ key }) => key))
    named.set(records, own)
  }
  for (const key of keys) if (own.has(key)) return true
  return false
}
