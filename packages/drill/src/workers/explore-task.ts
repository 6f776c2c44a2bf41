import { OperatingError } from '@dr-drill/runbook-core'
import {
  type DrawnDrill,
  type ExplorationSpace,
  exploreRuns,
  runDigest,
  type Scenario,
  scenarioOf,
  story,
  type Tally,
} from '@dr-drill/simulator'
import { drillOf, findSimplest } from '@dr-drill/simulator/fast-check'
import { nativeChecksums } from '@dr-drill/simulator/server'
import fc from 'fast-check'
import { Lab } from '../targets/sim/lab.ts'
import type { GivenRunbook } from '../targets/sim/runbook-of.ts'

/** Everything that decides what the runs of an exploration are. Plain data: it is sent to threads. */
export interface ExploreSetup {
  readonly runbook: GivenRunbook
  readonly seed: number
  /** Kinds of fault that are drawn from. */
  readonly kinds: readonly string[]
  /** Records of a production. */
  readonly assertions: number
}

/** Runs with these indexes: from the first, every `step`-th, before the last. */
export interface RunsTask {
  readonly kind: 'runs'
  readonly setup: ExploreSetup
  readonly from: number
  readonly before: number
  readonly step: number
}

/** The simplest drill that still violates an invariant as the run with this seed did. */
export interface SimplestTask {
  readonly kind: 'simplest'
  readonly setup: ExploreSetup
  readonly invariant: string
  readonly index: number
  readonly seed: number
  /** Name of the file that the scenario will have. */
  readonly file: string
}

/** What a thread of an exploration can be asked. */
export type ExploreTask = RunsTask | SimplestTask

/** A violation as its files tell it. */
export interface Counterexample {
  readonly scenario: Scenario
  readonly story: string
  /** Drills performed while it was shrunk. */
  readonly performed: number
}

/** Drills that shrinking a counterexample may cost. */
const SHRINKING_MAX = 400

/** One exploration as a thread holds it: its lab, and what its drills are drawn from. Made once, then used again and again. */
export class Explorer {
  readonly #setup: ExploreSetup
  readonly #lab: Lab
  readonly #space: ExplorationSpace

  /** @throws input-invalid for a runbook that cannot be read */
  constructor(setup: ExploreSetup) {
    this.#setup = setup
    this.#lab = new Lab(setup.runbook)
    this.#space = this.#lab.space(setup.seed, setup.kinds, setup.assertions)
  }

  runs({ from, before, step }: RunsTask): Tally {
    const indexes = function* (): Generator<number> {
      for (let index = from; index < before; index += step) yield index
    }
    return exploreRuns(indexes(), {
      seed: this.#setup.seed,
      draw: (seed) => drillOf(fc, this.#space, seed),
      checksums: nativeChecksums,
      perform: this.#lab.explore,
    })
  }

  /** @throws internal when the run does not violate the invariant: what it does depends on more than its seed */
  simplest(task: SimplestTask): Counterexample {
    const fails = (drill: DrawnDrill): boolean => {
      try {
        return this.#lab.explore(drill, { memory: true, draws: null }).violated.includes(task.invariant)
      } catch {
        // Whatever else is wrong with a simpler drill, it is no example of this.
        return false
      }
    }
    const found = findSimplest(fc, this.#space, task.seed, fails, SHRINKING_MAX)
    if (found === null) {
      throw new OperatingError(
        'internal',
        `run ${task.index} violated ${task.invariant}, and does not when it is performed again`,
        { subject: task.invariant },
      )
    }
    const performed = this.#lab.perform(found.drill, { memory: true, draws: null })
    const scenario = scenarioOf(found.drill, performed, this.#lab.prepared(found.drill.production).runbook, {
      title: `${task.invariant} is violated`,
      digest: runDigest(performed, nativeChecksums),
      file: 'runbook.yaml',
      path: found.path,
      exploration: { seed: this.#setup.seed, index: task.index, faults: [...this.#setup.kinds] },
    })
    return { scenario, story: story(scenario, performed, task.file), performed: found.performed }
  }
}
