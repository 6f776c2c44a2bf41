import {
  type Manifest,
  openEnvelope,
  readManifest,
  readSidecar,
  type SegmentSidecar,
} from '@dr-drill/runbook-core/stemedb'
import type { Bucket } from './bucket.ts'
import type { Served } from './living-host.ts'

/** What a ledger says, read without the product's own reader. */
export interface Ledger {
  /** Digest of each acknowledged record by key, in the order of acknowledged positions. */
  readonly acknowledged: ReadonlyMap<string, string>
  /** Keys that were sent and never answered. */
  readonly submitted: ReadonlySet<string>
}

export function readLedger(text: string): Ledger {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)
  const acknowledged = lines.filter(({ op }) => op === 'acknowledged')
  acknowledged.sort((a, b) => Number(a.position) - Number(b.position))
  return {
    acknowledged: new Map(acknowledged.map(({ key = '', digest = '' }) => [key, digest])),
    submitted: new Set(lines.filter(({ op }) => op === 'submitted').map(({ key = '' }) => key)),
  }
}

/** How what is served differs from what was acknowledged. */
export function lossOf(ledger: Ledger, served: readonly Served[]) {
  const found = new Map<string, Served[]>()
  for (const record of served) found.set(record.key, [...(found.get(record.key) ?? []), record])
  const known = [...ledger.acknowledged]
  const isAltered = ([key, digest]: [string, string]) =>
    found.has(key) && !found.get(key)?.some((record) => record.digest === digest)
  const altered = known.filter(isAltered).length
  const lost = known.filter(([key]) => !found.has(key)).length
  return {
    acknowledged: known.length,
    recovered: known.length - lost - altered,
    lost,
    altered,
    duplicated: [...found.values()].reduce((sum, records) => sum + records.length - 1, 0),
    unexpected: [...found.keys()].filter((key) => !ledger.submitted.has(key)).length,
  }
}

/** True when what is served is exactly the first records that were acknowledged, at their positions. */
export function isPrefix(ledger: Ledger, served: readonly Served[]): boolean {
  const known = [...ledger.acknowledged]
  return served.every(({ key, digest, position }, index) => {
    const [wantedKey, wantedDigest] = known[index] ?? []
    return key === wantedKey && digest === wantedDigest && position === index + 1
  })
}

/** What a pristine bucket holds, and where each needed byte has a copy. */
export class Survey {
  readonly #backups: readonly Manifest[]
  readonly #archived: readonly (SegmentSidecar & { readonly key: string })[]
  readonly #artifacts: readonly string[]

  constructor(bucket: Bucket) {
    const payload = (key: string) => openEnvelope(bucket.bytes(key)).payload
    this.#backups = bucket.keys
      .filter((key) => key.endsWith('/manifest.jsonl'))
      .map((key) => readManifest(payload(key)))
    this.#archived = bucket.keys
      .filter((key) => key.endsWith('.wal.json'))
      .map((key) => ({ ...readSidecar(payload(key)), key: key.slice(0, -'.json'.length) }))
      .sort((a, b) => a.number - b.number)
    this.#artifacts = bucket.keys.filter((key) => key.startsWith('artifacts/'))
  }

  /** Records that the bucket holds. */
  get records(): number {
    return Number(this.#archived.at(-1)?.lastPosition)
  }

  get backups(): readonly Manifest[] {
    return this.#backups
  }

  get archived(): readonly (SegmentSidecar & { readonly key: string })[] {
    return this.#archived
  }

  /**
   * True when everything that the bucket held can still be restored although these objects are no longer what they were: some backup's
   * data is whole, and each segment behind it has a good copy that something good vouches for.
   */
  canRestore(changed: ReadonlySet<string>, signed: boolean): boolean {
    if (this.#artifacts.some((key) => changed.has(key))) return false
    const isGood = (key: string): boolean => !changed.has(key)
    const manifests = this.#backups.filter(({ name }) => isGood(`${name}/manifest.jsonl`))
    return manifests.some((base) => {
      const data = base.files.filter(({ path }) => !path.startsWith('wal/'))
      if (!data.every(({ path }) => isGood(`${base.name}/${path}`))) return false
      if (!this.#isFollowed(base.history, manifests, isGood)) return false
      return this.#archived
        .filter(({ lastPosition }) => Number(lastPosition) > Number(base.startPosition))
        .every((segment) => this.#hasCopy(segment, manifests, isGood, signed))
    })
  }

  /** True when something good tells of the newest history, where the base is of an older one. */
  #isFollowed(history: string, manifests: readonly Manifest[], isGood: (key: string) => boolean): boolean {
    const newest = this.#archived.at(-1)?.history
    if (history === newest) return true
    return (
      manifests.some((one) => one.history === newest) ||
      this.#archived.some((one) => one.history === newest && isGood(`${one.key}.json`))
    )
  }

  #hasCopy(
    segment: SegmentSidecar & { readonly key: string },
    manifests: readonly Manifest[],
    isGood: (key: string) => boolean,
    signed: boolean,
  ): boolean {
    const successor = this.#archived.find(
      ({ history, number }) => history === segment.history && number === segment.number + 1,
    )
    const keys = manifests.flatMap(({ name, files }) =>
      files.filter(({ sha256 }) => sha256 === segment.sha256).map(({ path }) => `${name}/${path}`),
    )
    const isVouchedFor =
      isGood(`${segment.key}.json`) ||
      (successor !== undefined && isGood(`${successor.key}.json`)) ||
      keys.length > 0 ||
      !signed
    return isVouchedFor && [segment.key, ...keys].some(isGood)
  }
}
