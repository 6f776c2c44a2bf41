import {
  type Call,
  type Middleware,
  type Outcome,
  type ServiceStatus,
  Settle,
  type Task,
} from '@dr-drill/runbook-core'
import { STEMEDB_PATHS, STEMEDB_USER } from '@dr-drill/runbook-core/stemedb'
import type { SimulatedDisk, SynchronousFileSystem } from '../../disk/index.ts'

/** Where restored data belongs, and what is exact there. */
const DATA_ROOTS: readonly string[] = [STEMEDB_PATHS.wal, STEMEDB_PATHS.db]
const EXACT = { owner: STEMEDB_USER, directoryMode: 0o750, fileMode: 0o640 } as const
const OTHERS = 0o007
/** Where a run keeps what it fetched until it is placed. */
const STAGING = `${STEMEDB_PATHS.home}/.incoming`

/** What the world lets its witness look at. */
export interface WatchedWorld {
  readonly nowMs: () => number
  readonly disk: SimulatedDisk
  /** The disk as root has it, past all faults of calls. */
  readonly files: SynchronousFileSystem
  /** Units of the recovery host. */
  readonly statusOf: (names: readonly string[]) => readonly ServiceStatus[]
  readonly isOldPrimaryUp: () => boolean
  readonly alertsFiring: () => readonly string[]
  /** Where clients are led to now that is not the restored server, in words. */
  readonly astray: () => readonly string[]
}

/** Sees what a run does at moments that its end no longer shows. In words; empty where nothing was wrong. */
export class Sightings {
  /** Data that came to its place with another owner or mode than it must have. */
  readonly placedOpen: string[] = []
  /** What was placed although it was read as other bytes when the first file was placed. */
  readonly rottenWhenPlaced: string[] = []
  /** What was changed on the host while somebody who had been there before still ran. */
  readonly changedUnder: string[] = []
  /** Reads of the source while the old primary was up and nobody had fenced it. */
  readonly readsBesidePrimary: string[] = []
  /** Alerts that fired when the gate passed. */
  readonly alertsAtGate: string[] = []
  /** Where clients were led elsewhere when the run called the service restored; null: it never has. */
  astrayWhenAnswered: readonly string[] | null = null
  /** Virtual time of that, ms. */
  answeredAt: number | null = null
  /** Free bytes while the source was last looked at, and when a fetch into an empty place began; null: none did. */
  roomAtFetch: { readonly before: number; readonly atFetch: number } | null = null
  readonly #world: WatchedWorld
  #writers: readonly string[] = []
  #isFenced = false
  /** Fetched files that were read as other bytes when the first file was placed; null before that. */
  #rotten: readonly string[] | null = null
  #roomBefore = 0

  constructor(world: WatchedWorld) {
    this.#world = world
  }

  /** The run is about to begin: these units run already. */
  begin(units: readonly string[]): void {
    this.#writers = this.#running(units)
  }

  readonly middleware: Middleware = (call, next) => {
    if (call.port === 'FileSystem') this.#seesFile(call)
    else if (call.port === 'ObjectStore') this.#seesStore(call)
    else if (call.port === 'Services' && call.method === 'install') this.#changes('the units')
    else if (call.port === 'Traffic' && call.method === 'fence') return this.#fences(next(call))
    return next(call)
  };

  *#fences(outcome: Outcome<unknown>): Task<unknown> {
    const result = yield* new Settle(outcome)
    this.#isFenced = true
    return result
  }

  /** A step has succeeded by the journal's word. */
  succeeded(isGate: boolean, answersClients: boolean): void {
    if (isGate) this.alertsAtGate.push(...this.#world.alertsFiring())
    if (!answersClients || this.astrayWhenAnswered !== null) return
    this.astrayWhenAnswered = this.#world.astray()
    this.answeredAt = this.#world.nowMs()
  }

  #seesStore({ method, input }: Call<unknown>): void {
    const { store, path = '' } = input as { readonly store: string; readonly path?: string }
    if (store !== 'source') return
    if (!this.#isFenced && this.#world.isOldPrimaryUp()) this.readsBesidePrimary.push(method)
    const free = this.#world.disk.freeBytes
    if (method !== 'download') this.#roomBefore = free
    else if (path.startsWith(`${STAGING}/`) && this.#world.disk.bytesBelow(STAGING) === 0)
      this.#beginsFetch({ before: this.#roomBefore, atFetch: free })
  }

  /** The tightest of all that begin counts: one that failed is begun again once there is room. */
  #beginsFetch(room: NonNullable<Sightings['roomAtFetch']>): void {
    const known = this.roomAtFetch
    const widest = ({ before, atFetch }: typeof room): number => Math.max(before, atFetch)
    if (known === null || widest(room) < widest(known)) this.roomAtFetch = room
  }

  #seesFile({ method, input }: Call<unknown>): void {
    if (method === 'makeDirectory') {
      const { path, mode } = input as { readonly path: string; readonly mode: number }
      if (DATA_ROOTS.includes(path) && mode !== EXACT.directoryMode) this.#open(path, mode, STEMEDB_USER)
    }
    if (method !== 'rename') return
    const { from, to } = input as { readonly from: string; readonly to: string }
    if (to === STEMEDB_PATHS.environmentFile) {
      this.#changes(to)
      const stat = this.#world.files.stat({ path: from })
      if (stat !== null && (stat.mode & OTHERS) !== 0) this.#open(to, stat.mode, stat.owner)
    }
    if (DATA_ROOTS.some((root) => to.startsWith(`${root}/`))) this.#places(from, to)
  }

  #places(from: string, to: string): void {
    this.#changes(to)
    this.#rotten ??= this.#world.disk.damagedBelow(STAGING)
    // What was fetched in vain may lie there, rotten as it is.
    this.rottenWhenPlaced.push(...this.#rotten.filter((path) => path === from || path.startsWith(`${from}/`)))
    const stat = this.#world.files.stat({ path: from })
    if (stat !== null && (stat.mode !== EXACT.fileMode || stat.owner !== EXACT.owner))
      this.#open(to, stat.mode, stat.owner)
  }

  #open(path: string, mode: number, owner: string): void {
    this.placedOpen.push(`${path} with mode ${mode.toString(8)} of ${owner}`)
  }

  #changes(what: string): void {
    if (this.#writers.length === 0) return
    this.#writers = this.#running(this.#writers)
    for (const writer of this.#writers) this.changedUnder.push(`${what} while ${writer} ran`)
  }

  #running(names: readonly string[]): readonly string[] {
    return this.#world
      .statusOf(names)
      .filter(({ state }) => state === 'active' || state === 'activating')
      .map(({ name }) => name)
  }
}
