import type { Trait } from '@dr-drill/runbook-core'
import type { DiskFault, DiskOperation } from '../disk/index.ts'
import type { StoreControl } from '../store/index.ts'
import { numberOr, wholeNumber } from './domains/index.ts'
import { type Excuses, excusesDelay, type FaultOutcome } from './fault-kind.ts'
import type { FaultSite } from './fault-site.ts'
import { parseMoment } from './moment-text.ts'

/** How much later than the end of a trouble the run notices it at most: waiting goes on in longer and longer turns. */
export const NOTICED_MS = 60_000
/** The shipped runbooks wait longer than this for a store that is silent. */
const BORNE_SECONDS = 600

/** Steps that ask a store for something. */
export const STORE_STEPS: readonly Trait[] = ['selects', 'fetches', 'installs', 'protects']
/** Steps that write to the recovery host's disk. */
export const DISK_STEPS: readonly Trait[] = ['fetches', 'places', 'protects-files', 'installs', 'configures']
/** Steps that need the restored service to run. */
export const SERVICE_STEPS: readonly Trait[] = ['validates', 'probes-by-writing', 'protects', 'gate']

/** Any step of the shipped runbooks. */
export const ANY_STEP: readonly Trait[] = [
  'preflight',
  'stops',
  'fences',
  'notifies',
  'verifies',
  ...STORE_STEPS,
  ...DISK_STEPS,
  ...SERVICE_STEPS,
  'starts',
  'exposes',
  'answers-clients',
]

/** For how long something is wrong: seconds of drill time, or until the run has ended. */
export const howLong = (usual: number, drawnMax = BORNE_SECONDS) =>
  numberOr(
    'endless',
    wholeNumber('how long, in seconds', { min: 1, max: 86_400, usual, drawn: { min: 1, max: drawnMax } }),
  )

/** A duration as `howLong` reads it. */
export type HowLong = number | 'endless'

/** Lets what began now end after that time, and when the world heals at the latest. */
export function endsAfter(site: FaultSite, seconds: HowLong, end: () => void): void {
  site.onHeal(end)
  if (seconds !== 'endless') site.after(seconds * 1_000, end)
}

/** What lasts no longer than the patience is waited out; what does not may end the run, which can be resumed. */
export const waitedOut = (seconds: HowLong): FaultOutcome =>
  seconds === 'endless' || seconds > BORNE_SECONDS ? 'resume' : 'recover'

/** The time that it lasts, and until that is noticed. */
export const excusesWait = (seconds: HowLong): Excuses =>
  excusesDelay(seconds === 'endless' ? null : seconds * 1_000 + NOTICED_MS)

/** Lets something happen at a moment given as text; an empty one means the beginning of the first step with that trait. */
export function atMoment(site: FaultSite, text: string, usual: Trait, happens: () => void): void {
  if (text !== '') {
    const moment = parseMoment(text)
    if (moment !== null) site.at(moment, happens)
    return
  }
  const step = site.stepThat(usual)
  if (step !== null) site.at({ at: 'step-begins', step }, happens)
}

/** Puts a device's fault in front of the recovery host's disk until the world heals; it has struck when a call met it. */
export function armDisk(site: FaultSite, fault: DiskFault, what: string): () => void {
  const tell = ({ method, path }: DiskOperation): void => site.fired(`${what}: ${method} ${path}`)
  const observed: DiskFault = {
    kind: fault.kind,
    meets(operation) {
      try {
        const verdict = fault.meets(operation)
        if (verdict !== 'perform') tell(operation)
        return verdict
      } catch (refusal) {
        tell(operation)
        throw refusal
      }
    },
    fork: () => observed,
  }
  const { disk } = site.host
  disk.addFault(observed)
  const end = (): void => disk.removeFault(observed)
  site.onHeal(end)
  return end
}

/** Listens until something that met a change of the recovery host is told by a word that begins so. */
export function whenHostMet(site: FaultSite, word: string): void {
  site.host.onMet((what) => {
    if (what === word || what.startsWith(`${word} `)) site.fired(what)
  })
}

/** The same of names, balancer, monitoring and people. */
export function whenSurroundingsMet(site: FaultSite, word: string): void {
  site.surroundings.onMet((what) => {
    if (what === word || what.startsWith(`${word} `)) site.fired(what)
  })
}

/** The stores that a parameter names. */
export function storesOf(site: FaultSite, store: 'all' | 'source' | 'archive'): readonly StoreControl[] {
  if (store === 'source') return [site.source]
  return store === 'archive' ? [site.archive] : [site.source, site.archive]
}
