import { all, type Middleware, OperatingError, type Task } from '@dr-drill/runbook-core'
import type { Assertion } from '@dr-drill/runbook-core/stemedb'
import {
  openEngine,
  type PowerLossStyle,
  RandomStream,
  type SimulatedDisk,
  type StemedbEngine,
} from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { assertion, DB, engineOptions, freshDisk, Host, readAll, WAL } from './support.ts'

/** What writers were told, kept outside the database. */
export interface Told {
  readonly submitted: Set<number>
  readonly acknowledged: Set<number>
}

export const toldNothing = (): Told => ({ submitted: new Set(), acknowledged: new Set() })

const copyOf = (told: Told): Told => ({
  submitted: new Set(told.submitted),
  acknowledged: new Set(told.acknowledged),
})

/** Some records span several sectors, most are several to a sector. */
const padding = (n: number): number => (n % 4 === 0 ? 600 : 0)
/** So small that a group of several records begins a segment. */
export const OPTIONS = engineOptions({ segmentSizeBytes: 1_500, checksums: nativeChecksums })

function* submit(engine: StemedbEngine, told: Told, n: number): Task<void> {
  told.submitted.add(n)
  const { kind } = yield* engine.assert(assertion(n, padding(n)))
  if (kind === 'conflict') throw new Error(`conflict at ${n}`)
  told.acknowledged.add(n)
}

function* submitGroup(engine: StemedbEngine, told: Told, first: number, count: number): Task<void> {
  const writers = Array.from({ length: count }, (_, n) => () => submit(engine, told, first + n))
  yield* all(writers, count)
}

/** A restored host: the checkpoint alone holds the first records, the log begins behind it. */
export function restoredDisk(told: Told): SimulatedDisk {
  const disk = freshDisk()
  const host = new Host(disk)
  const engine = host.open(OPTIONS)
  host.must(submitGroup(engine, told, 1, 5))
  host.must(engine.checkpoint())
  const files = disk.handlers()
  for (const { name } of files.list({ path: WAL })) files.remove({ path: `${WAL}/${name}` })
  for (const path of [WAL, DB]) files.syncDirectory({ path })
  return disk
}

/** A life of the engine with everything in it that writes: groups, rotation by size and by request, checkpoints. */
export function* life(told: Told, from: number): Task<void> {
  const engine = yield* openEngine(OPTIONS)
  yield* submitGroup(engine, told, from, 3)
  yield* engine.checkpoint()
  yield* submitGroup(engine, told, from + 3, 4)
  yield* engine.rotate()
  yield* submitGroup(engine, told, from + 7, 3)
  yield* engine.checkpoint()
  yield* submitGroup(engine, told, from + 10, 12)
  yield* engine.checkpoint()
  yield* submitGroup(engine, told, from + 22, 2)
  yield* engine.close()
}

/** The life after a process died: what was submitted is sent again, as a writer without an answer does, and a little more. */
export function* nextLife(told: Told, from: number): Task<void> {
  const engine = yield* openEngine(OPTIONS)
  for (const n of [...told.submitted].slice(-4)) yield* submit(engine, told, n)
  yield* submitGroup(engine, told, from, 2)
}

/** The fsyncs of the engine, told apart by what was done to the file before. */
export type SyncSite =
  | 'commit'
  | 'close segment'
  | 'segment header'
  | 'recovered segment'
  | 'names of the log, in recovery'
  | 'names of the log, in rotation'
  | 'checkpoint'
  | 'names of checkpoints'

/** Sees every fsync with its site; `drops` says which are not performed. */
export function siteWatcher(seen: Set<SyncSite>, drops: SyncSite | null): Middleware {
  const lastWrite = new Map<string, 'header' | 'footer' | 'records'>()
  let opening = false
  return (call, next) => {
    const input = call.input as { path?: string; offset?: number; bytes?: Uint8Array }
    const path = input.path ?? ''
    // Recovery begins with the listing of the checkpoints and ends with the names of the log.
    if (call.method === 'list' && path === WAL) opening = true
    if (call.method === 'write') {
      const isFooter = new TextDecoder().decode(input.bytes?.subarray(0, 8)) === 'STEMEFTR'
      lastWrite.set(path, input.offset === 0 ? 'header' : isFooter ? 'footer' : 'records')
    }
    if (call.method !== 'sync' && call.method !== 'syncDirectory') return next(call)
    const site = siteOf(call.method, path, opening, lastWrite.get(path) ?? null)
    if (call.method === 'syncDirectory' && path === WAL) opening = false
    seen.add(site)
    return site === drops ? undefined : next(call)
  }
}

function siteOf(method: string, path: string, opening: boolean, lastWrite: string | null): SyncSite {
  if (method === 'syncDirectory') {
    if (path === DB) return 'names of checkpoints'
    return opening ? 'names of the log, in recovery' : 'names of the log, in rotation'
  }
  if (path.startsWith(DB)) return 'checkpoint'
  if (lastWrite === 'header') return 'segment header'
  if (opening) return 'recovered segment'
  return lastWrite === 'footer' ? 'close segment' : 'commit'
}

/** What is wrong with a disk, given what writers were told; null when nothing is. */
export function violationOn(disk: SimulatedDisk, told: Told): string | null {
  const host = new Host(disk, { seed: 99 })
  const found = host.run(readEverything())
  if (found?.kind !== 'success') {
    const error = found?.kind === 'failure' ? found.error : null
    if (error instanceof OperatingError)
      return told.acknowledged.size > 0 ? `refused: ${error.message}` : null
    throw error
  }
  for (const n of told.acknowledged) {
    if (!found.value.has(`key-${n}`)) return `acknowledged record ${n} is lost`
  }
  for (const [key, value] of found.value) {
    const n = Number(key.slice(4))
    if (!told.submitted.has(n)) return `record ${key} was never submitted`
    if (JSON.stringify(value) !== JSON.stringify(sorted(assertion(n, padding(n)))))
      return `record ${key} is altered`
  }
  return null
}

function* readEverything(): Task<Map<string, Assertion>> {
  return yield* readAll(yield* openEngine(OPTIONS))
}

const sorted = (value: Assertion) =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Runs a life on a disk until the process dies before the k-th call that changes the disk (or that syncs); true when it ended before. */
export function liveUntil(
  disk: SimulatedDisk,
  task: Task<unknown>,
  k: number,
  middleware?: Middleware,
  syncsOnly = false,
): boolean {
  const host = new Host(disk, { seed: k, ...(middleware === undefined ? {} : { middleware }) })
  let calls = 0
  let crash = () => {}
  const exit = host.run(
    task,
    {
      beforeCall: ({ access, method }) => {
        // Death before a read leaves the disk as the next death before a write finds it, with less told: nothing new.
        if (access !== 'write' || (syncsOnly && !method.startsWith('sync'))) return
        if (calls === k) crash()
        calls += 1
      },
    },
    (runtime) => {
      crash = () => runtime.crash()
    },
  )
  if (exit?.kind === 'failure') throw exit.error
  return exit !== null
}

/** Which deaths to try. */
export interface DeathPlan {
  /** Draws of what power loss leaves, per death. */
  readonly draws: number
  /** Die before fsyncs only: when most is at stake, and cheap. */
  readonly beforeSyncsOnly?: boolean
  /** Every how-manieth write of a second life is a death, too; null: there is no second life. */
  readonly secondLifeStep: number | null
  /** Middleware for one life; null: none. */
  readonly middleware: (() => Middleware) | null
}

/**
 * Kills the engine before every effect of a life, and after the last. Each time the power fails in several drawn ways; and each time
 * the process alone dies, a second one goes on with what is in the cache, and then the power fails. The first violation found is given.
 */
export function firstViolation(plan: DeathPlan): {
  readonly violation: string | null
  readonly deaths: number
} {
  const before = toldNothing()
  const start = restoredDisk(before)
  let deaths = 0
  for (let k = 0, ended = false; !ended; k += 1) {
    const told = copyOf(before)
    const disk = start.fork()
    ended = liveUntil(disk, life(told, 6), k, plan.middleware?.(), plan.beforeSyncsOnly)
    deaths += 1
    const violation = powerFails(disk, told, plan.draws, k) ?? secondLife(disk, told, plan, k)
    if (violation !== null) return { violation: `death ${k}: ${violation}`, deaths }
  }
  return { violation: null, deaths }
}

/** Mixtures are what is rich; the extremes come round, too. */
const STYLES: readonly (readonly [PowerLossStyle])[] = [
  ['mixture'],
  ['nothing'],
  ['mixture'],
  ['everything'],
  ['mixture'],
  ['mixture'],
]

function powerFails(disk: SimulatedDisk, told: Told, draws: number, k: number): string | null {
  const seen = new Set<string>()
  for (let draw = 0; draw < draws; draw += 1) {
    const left = disk.fork()
    const style = left.powerLoss(RandomStream.fromSeed(`${k}/${draw}`), ...STYLES[draw % STYLES.length]!)
    const image = left.image(nativeChecksums.sha256())
    if (seen.has(image)) continue
    seen.add(image)
    const violation = violationOn(left, told)
    if (violation !== null) return `power loss ${draw} (${style}): ${violation}`
  }
  return null
}

function secondLife(disk: SimulatedDisk, told: Told, plan: DeathPlan, k: number): string | null {
  const step = plan.secondLifeStep
  if (step === null) return null
  disk.processDeath()
  for (let j = k % step, ended = false; !ended; j += step) {
    const again = disk.fork()
    const toldAgain = copyOf(told)
    ended = liveUntil(again, nextLife(toldAgain, 100), j, plan.middleware?.())
    const violation = powerFails(again, toldAgain, plan.draws, k)
    if (violation !== null) return `second life until ${j}: ${violation}`
  }
  return null
}
