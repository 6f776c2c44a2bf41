import type { StoreControl, StoredVersion } from '../../store/index.ts'
import { type IsGood, Survey } from './survey.ts'

/** What production left in a store. Immutable, and taken once for all stores of the same content. */
interface Pristine {
  readonly keys: readonly string[]
  readonly versions: ReadonlyMap<string, StoredVersion>
  readonly survey: Survey
  /** While all of it is good. */
  readonly positions: KnownPositions
}

/** Answers that were given already: how far a restore can reach with signatures and without, and what is mentioned. */
type KnownPositions = Map<'signed' | 'unsigned' | 'mentioned', number | null>

/** What has become of it, between two changes of the store. */
interface Found {
  readonly state: object
  readonly changed: number
  readonly lost: readonly string[]
  readonly positions: KnownPositions
}

const taken = new WeakMap<object, Pristine>()

/**
 * The source as production left it and as it lies now. A byte counts as still there when any version of its object holds it: an
 * object that was overwritten or deleted where versions are kept has lost nothing.
 */
export class SourceTruth {
  readonly #store: StoreControl
  readonly #pristine: Pristine
  #found: Found

  /** Taken before anything is damaged. */
  constructor(store: StoreControl) {
    const state = store.state()
    const pristine = taken.get(state) ?? takenFrom(store)
    taken.set(state, pristine)
    this.#store = store
    this.#pristine = pristine
    this.#found = { state, changed: 0, lost: [], positions: pristine.positions }
  }

  get survey(): Survey {
    return this.#pristine.survey
  }

  get keys(): readonly string[] {
    return this.#pristine.keys
  }

  /** True for the bytes of an artefact as production put it there; for any where it has put none. */
  isArtifact(bytes: Uint8Array): boolean {
    const { artifacts } = this.survey
    return (
      artifacts.length === 0 ||
      artifacts.some((key) => isSame(this.#pristine.versions.get(key)?.bytes ?? new Uint8Array(0), bytes))
    )
  }

  /** True when some version still has the bytes that production wrote. */
  readonly isGood: IsGood = (key) => {
    const written = this.#pristine.versions.get(key)?.bytes
    if (written === undefined) return false
    return this.#store
      .versions(key)
      .some((version) => !version.isDeleteMarker && isSame(version.bytes, written))
  }

  /** True when what a reader gets who asks for no version is what production wrote. */
  readonly isCurrent: IsGood = (key) => {
    const written = this.#pristine.versions.get(key)?.bytes
    const [current] = this.#store.versions(key)
    return (
      written !== undefined &&
      current !== undefined &&
      !current.isDeleteMarker &&
      isSame(current.bytes, written)
    )
  }

  /** The last position of which anything that still lies there speaks: a document, or a segment itself, in any version. */
  get mentioned(): number {
    const lies: IsGood = (key) => this.#store.versions(key).some((one) => !one.isDeleteMarker)
    return known(this.#now.positions, 'mentioned', () => this.survey.mentioned(lies)) ?? 0
  }

  /** True when a reader who asks for any version is shown the bytes that production wrote. */
  readonly isShown: IsGood = (key) => {
    const written = this.#pristine.versions.get(key)
    const { shownUntil } = this.#store
    return this.isGood(key) && (shownUntil === null || (written?.lastModifiedAt ?? 0) <= shownUntil)
  }

  /** How many objects are not what production wrote, for a reader who asks for no version. */
  get changed(): number {
    return this.#now.changed
  }

  /** Keys of which production's bytes are gone, and where somebody has written others: damage makes no new version. */
  get replaced(): readonly string[] {
    return this.lost.filter((key) => {
      const [current] = this.#store.versions(key)
      return (
        current !== undefined &&
        !current.isDeleteMarker &&
        current.versionId !== this.#pristine.versions.get(key)?.versionId
      )
    })
  }

  /** Keys of which production's bytes are gone in every version. */
  get lost(): readonly string[] {
    return this.#now.lost
  }

  /** How far a restore could reach from what is good now; null when nothing can be restored. See `Survey.reach`. */
  reach(signed: boolean): number | null {
    const { positions, lost } = this.#now
    return known(positions, signed ? 'signed' : 'unsigned', () => {
      const gone = new Set(lost)
      const { survey, versions } = this.#pristine
      return survey.reach((key) => versions.has(key) && !gone.has(key), signed)
    })
  }

  /** How far a restore could reach from what readers are shown now. */
  shownReach(signed: boolean): number | null {
    return this.#store.shownUntil === null ? this.reach(signed) : this.survey.reach(this.isShown, signed)
  }

  /** The last position of which anything that readers are shown now speaks. */
  get shownMentioned(): number {
    const { shownUntil } = this.#store
    if (shownUntil === null) return this.mentioned
    return this.survey.mentioned((key) =>
      this.#store.versions(key).some((one) => !one.isDeleteMarker && one.lastModifiedAt <= shownUntil),
    )
  }

  get #now(): Found {
    const state = this.#store.state()
    if (this.#found.state !== state) {
      const { keys } = this
      this.#found = {
        state,
        changed: keys.filter((key) => !this.isCurrent(key)).length,
        lost: keys.filter((key) => !this.isGood(key)),
        positions: new Map(),
      }
    }
    return this.#found
  }
}

function known(
  positions: KnownPositions,
  what: 'signed' | 'unsigned' | 'mentioned',
  find: () => number | null,
): number | null {
  const found = positions.get(what)
  if (found !== undefined) return found
  const position = find()
  positions.set(what, position)
  return position
}

function takenFrom(store: StoreControl): Pristine {
  const versions = new Map<string, StoredVersion>()
  for (const key of store.keys()) {
    const [current] = store.versions(key)
    if (current !== undefined && !current.isDeleteMarker) versions.set(key, current)
  }
  const keys = [...versions.keys()]
  const bytes = (key: string) => versions.get(key)?.bytes ?? new Uint8Array(0)
  return { keys, versions, survey: new Survey({ keys, bytes }), positions: new Map() }
}

/** Undamaged bytes are the very array that was written. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, index) => byte === b[index]))
}
