import type { Checksums, Trait } from '@dr-drill/runbook-core'
import type { RandomStream } from '../kernel/index.ts'
import type { MachineControl } from '../machine/index.ts'
import type { NetworkControl } from '../network/index.ts'
import type { StoreControl } from '../store/index.ts'
import type { SurroundingsControl } from '../surroundings/index.ts'
import type { Moment } from './moment.ts'
import type { SourceContents } from './source-plan.ts'

/** The process that runs the drill, as faults see it. */
export interface RunnerControl {
  /** Dies without a word at this instant; a new process resumes the run `downMs` later, with what was durable. */
  kill(downMs: number): void
}

/** A host that served before the disaster, as faults see it. */
export interface OldPrimaryControl {
  /** It boots again, reachable, with the data that the disaster left it: it serves, and its timers archive, unless it is fenced. */
  comeBack(): void
  /** From now on a fence is refused, or pretends; the function returned ends that. */
  refuseFence(how: 'error' | 'lie'): () => void
  /**
   * Called with a word for each thing that met a change made here: `fence-refused`, `fence-lied`, `came-back`, `kept-out` (it was or is
   * fenced), `archived KEY`.
   */
  onMet(listener: (what: string) => void): void
}

/** What a forger needs who holds, or does not hold, the signer's key. */
export interface Forgery {
  readonly checksums: Checksums
  /** Ed25519 secret of production's signer, 32 bytes. */
  readonly signingKey: Uint8Array
}

/** Everything of a simulated drill that a fault may get its hands on. Operators' verbs only: nothing here knows an action. */
export interface FaultSite {
  /** The fault's own stream: what it draws shifts no other draw. */
  readonly random: RandomStream
  /** History time of the disaster, ms. */
  readonly failureAt: number
  /** What lies in the source, as its own manifests and sidecars tell, before anything was damaged. */
  readonly contents: SourceContents
  readonly source: StoreControl
  readonly archive: StoreControl
  readonly host: MachineControl
  readonly oldPrimary: OldPrimaryControl
  readonly network: NetworkControl
  readonly surroundings: SurroundingsControl
  readonly runner: RunnerControl
  readonly forgery: Forgery
  /** The first step of the runbook whose action has this trait; null when none has. */
  stepThat(trait: Trait): string | null
  /** The first step of the runbook whose action calls this port; null when none does. */
  stepUsing(port: string): string | null
  /** Lets something happen at a moment of the run. It happens at most once; a moment that never comes makes the fault not fire. */
  at(moment: Moment, happens: () => void): void
  /** Lets something happen so much drill time from now. */
  after(delayMs: number, happens: () => void): void
  /** What ends when the world heals: called once, then or never before (damage at rest does not heal). */
  onHeal(mend: () => void): void
  /**
   * Says that the fault was seen to strike: not when it is armed, but when something met it (an answer was refused, a damaged byte
   * was read). The first call counts.
   */
  fired(detail: string): void
}
