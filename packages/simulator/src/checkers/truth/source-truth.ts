import type { StoreControl, StoredVersion } from '../../store/index.ts'
import { type IsGood, Survey } from './survey.ts'

/**
 * The source as production left it and as it lies now. A byte counts as still there when any version of its object holds it: an
 * object that was overwritten or deleted where versions are kept has lost nothing.
 */
export class SourceTruth {
  readonly survey: Survey
  readonly #store: StoreControl
  readonly #pristine: ReadonlyMap<string, StoredVersion>

  /** Taken before anything is damaged. */
  constructor(store: StoreControl) {
    const pristine = new Map<string, StoredVersion>()
    for (const key of store.keys()) {
      const [current] = store.versions(key)
      if (current !== undefined && !current.isDeleteMarker) pristine.set(key, current)
    }
    this.#store = store
    this.#pristine = pristine
    this.survey = new Survey({
      keys: [...pristine.keys()],
      bytes: (key) => pristine.get(key)?.bytes ?? new Uint8Array(0),
    })
  }

  get keys(): readonly string[] {
    return [...this.#pristine.keys()]
  }

  /** True when some version still has the bytes that production wrote. */
  readonly isGood: IsGood = (key) => {
    const written = this.#pristine.get(key)?.bytes
    if (written === undefined) return false
    return this.#store
      .versions(key)
      .some((version) => !version.isDeleteMarker && isSame(version.bytes, written))
  }

  /** True when what a reader gets who asks for no version is what production wrote. */
  readonly isCurrent: IsGood = (key) => {
    const written = this.#pristine.get(key)?.bytes
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
    return this.survey.mentioned((key) => this.#store.versions(key).some((one) => !one.isDeleteMarker))
  }

  /** True when a reader who asks for any version is shown the bytes that production wrote. */
  readonly isShown: IsGood = (key) => {
    const written = this.#pristine.get(key)
    const { shownUntil } = this.#store
    return this.isGood(key) && (shownUntil === null || (written?.lastModifiedAt ?? 0) <= shownUntil)
  }

  /** How many objects are not what production wrote, for a reader who asks for no version. */
  get changed(): number {
    return this.keys.filter((key) => !this.isCurrent(key)).length
  }

  /** Keys of which production's bytes are gone, and where somebody has written others: damage makes no new version. */
  get replaced(): readonly string[] {
    return this.lost.filter((key) => {
      const [current] = this.#store.versions(key)
      return (
        current !== undefined &&
        !current.isDeleteMarker &&
        current.versionId !== this.#pristine.get(key)?.versionId
      )
    })
  }

  /** Keys of which production's bytes are gone in every version. */
  get lost(): readonly string[] {
    return this.keys.filter((key) => !this.isGood(key))
  }
}

/** Undamaged bytes are the very array that was written. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, index) => byte === b[index]))
}
