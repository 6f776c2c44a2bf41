import {
  type Manifest,
  openEnvelope,
  readManifest,
  readSidecar,
  type SegmentSidecar,
} from '@dr-drill/runbook-core/stemedb'

/** A segment that was archived, and where. */
export type Archived = SegmentSidecar & { readonly key: string }

/** A segment of a history's log, with all places that hold a copy of it. */
interface LogPart {
  readonly first: number
  readonly last: number
  readonly key: string
  /** The successor's sidecar vouches for it too; null: there is none. */
  readonly successor: string | null
  readonly holders: readonly Holder[]
}

/** A copy of a segment within a backup. */
interface Holder {
  readonly manifest: string
  readonly key: string
}

/** Whether the bytes that production wrote under a key can still be had. */
export type IsGood = (key: string) => boolean

/** What a store holds, as its writers left it. */
export interface PristineObjects {
  readonly keys: readonly string[]
  bytes(key: string): Uint8Array
}

const manifests = new WeakMap<Uint8Array, Manifest>()
const sidecars = new WeakMap<Uint8Array, SegmentSidecar>()

/** Documents are immutable: read once, however many drills ask. */
function remembered<A>(
  known: WeakMap<Uint8Array, A>,
  bytes: Uint8Array,
  read: (payload: Uint8Array) => A,
): A {
  const found = known.get(bytes)
  if (found !== undefined) return found
  const document = read(openEnvelope(bytes).payload)
  known.set(bytes, document)
  return document
}

/**
 * What a production's store holds and where each needed byte has its copies, read from what its own writers left before anything was
 * damaged. Answers how far a restore can reach when some of it is gone. Written against the formats, not with the product's selection.
 */
export class Survey {
  readonly backups: readonly Manifest[]
  /** By number. */
  readonly archived: readonly Archived[]
  readonly artifacts: readonly string[]
  /** By history, in order of number. */
  readonly #logs = new Map<string, LogPart[]>()
  readonly #holders = new Map<string, readonly Holder[]>()

  constructor({ keys, bytes }: PristineObjects) {
    this.backups = keys
      .filter((key) => key.endsWith('/manifest.jsonl'))
      .map((key) => remembered(manifests, bytes(key), readManifest))
    this.archived = keys
      .filter((key) => key.endsWith('.wal.json'))
      .map((key) => ({
        ...remembered(sidecars, bytes(key), readSidecar),
        key: key.slice(0, -'.json'.length),
      }))
      .sort((a, b) => a.number - b.number)
    this.artifacts = keys.filter((key) => key.startsWith('artifacts/'))
    for (const { name, files } of this.backups) {
      for (const { path, sha256 } of files) {
        if (!path.startsWith('wal/')) continue
        const holder = { manifest: manifestKey(name), key: `${name}/${path}` }
        this.#holders.set(sha256, [...(this.#holders.get(sha256) ?? []), holder])
      }
    }
    this.#lineUp()
  }

  #lineUp(): void {
    const byPlace = new Map(this.archived.map((segment) => [`${segment.history} ${segment.number}`, segment]))
    for (const { history, number, firstPosition, lastPosition, key, sha256 } of this.archived) {
      const log = this.#logs.get(history) ?? []
      this.#logs.set(history, log)
      log.push({
        first: Number(firstPosition),
        last: Number(lastPosition),
        key,
        successor: byPlace.get(`${history} ${number + 1}`)?.key ?? null,
        holders: this.#holders.get(sha256) ?? [],
      })
    }
  }

  /** Bytes of the smallest backup; 0 when there is none. */
  get smallestBackupBytes(): number {
    const sizes = this.backups.map(({ files }) => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
    return sizes.length === 0 ? 0 : Math.min(...sizes)
  }

  /** The last position that a restore can reach from what is good; null when nothing can be restored at all. */
  reach(isGood: IsGood, signed: boolean): number | null {
    if (!this.artifacts.every(isGood)) return null
    let best: number | null = null
    for (const base of this.backups) {
      if (!isGood(manifestKey(base.name))) continue
      const data = base.files.filter(({ path }) => !path.startsWith('wal/'))
      if (!data.every(({ path }) => isGood(`${base.name}/${path}`))) continue
      const end = this.#follow(base, isGood, signed)
      if (best === null || end > best) best = end
    }
    return best
  }

  /**
   * The last position that anything which is left speaks of: a manifest, a sidecar, a segment. Whatever state it is in: who reads it knows
   * by its name alone that there was something.
   */
  mentioned(isThere: IsGood): number {
    const backups = this.backups.filter(({ name }) => isThere(manifestKey(name)))
    const segments = this.archived.filter(({ key }) => isThere(key) || isThere(`${key}.json`))
    const ends = [
      ...backups.map(({ stopPosition }) => Number(stopPosition)),
      ...segments.map(({ lastPosition }) => Number(lastPosition)),
    ]
    return Math.max(0, ...ends)
  }

  /** How far the log behind a base is whole. */
  #follow(base: Manifest, isGood: IsGood, signed: boolean): number {
    let end = Number(base.startPosition)
    for (const part of this.#logs.get(base.history) ?? []) {
      if (part.last <= end) continue
      if (part.first > end + 1 || !hasCopy(part, isGood, signed)) break
      end = part.last
    }
    const own = Number(base.stopPosition)
    if (own <= end || !this.#ownLogIsGood(base, end, isGood)) return end
    return own
  }

  /** The base's own log reaches its stop: needed only where nothing of it is archived. */
  #ownLogIsGood(base: Manifest, end: number, isGood: IsGood): boolean {
    if (end < Number(base.startPosition)) return false
    return base.files
      .filter(({ path }) => path.startsWith('wal/'))
      .every(({ path, sha256 }) => isGood(`${base.name}/${path}`) || this.#isHeld(sha256, isGood))
  }

  #isHeld(sha256: string, isGood: IsGood): boolean {
    if (this.archived.some((segment) => segment.sha256 === sha256 && isGood(segment.key))) return true
    return (this.#holders.get(sha256) ?? []).some(({ key }) => isGood(key))
  }
}

/** A copy that is good, and a signature that vouches for it where one is asked for. */
function hasCopy({ key, successor, holders }: LogPart, isGood: IsGood, signed: boolean): boolean {
  const isHolderGood = ({ manifest }: Holder): boolean => isGood(manifest)
  const isVouchedFor =
    !signed ||
    isGood(`${key}.json`) ||
    (successor !== null && isGood(`${successor}.json`)) ||
    holders.some(isHolderGood)
  return isVouchedFor && (isGood(key) || holders.some((one) => isHolderGood(one) && isGood(one.key)))
}

const manifestKey = (name: string): string => `${name}/manifest.jsonl`
