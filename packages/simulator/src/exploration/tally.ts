import { compareUtf8 } from '@dr-drill/runbook-core'
import { addHexDigests, ZERO_DIGEST } from './digest-sum.ts'

/** How often a kind of fault was drawn, and how often it was seen to strike. */
export interface FaultCoverage {
  readonly drawn: number
  readonly fired: number
}

/** What was found in some runs: how many, and the first of them by index. */
export interface Finding {
  readonly runs: number
  readonly index: number
  /** Of that run. */
  readonly seed: number
  readonly detail: string
}

/** What some runs of an exploration came to: plain data, and tallies add up in any order to the same. */
export interface Tally {
  readonly runs: number
  /** Runs that were performed once more with nothing remembered. */
  readonly repeated: number
  readonly verdicts: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, FaultCoverage>>
  /** By invariant. */
  readonly violations: Readonly<Record<string, Finding>>
  /** Runs that ended by a defect of the simulation or the tool, by what it said. */
  readonly crashes: Readonly<Record<string, Finding>>
  /** Runs that came out otherwise with nothing remembered. */
  readonly divergences: Readonly<Record<string, Finding>>
  /** Sum modulo 2^256 of SHA-256(index, run digest), hex. */
  readonly digest: string
}

/** Of no runs. */
export const EMPTY_TALLY: Tally = Object.freeze({
  runs: 0,
  repeated: 0,
  verdicts: {},
  faults: {},
  violations: {},
  crashes: {},
  divergences: {},
  digest: ZERO_DIGEST,
})

/** Both together. Names are in order, whoever came first. */
export function addTallies(left: Tally, right: Tally): Tally {
  return {
    runs: left.runs + right.runs,
    repeated: left.repeated + right.repeated,
    verdicts: merged(left.verdicts, right.verdicts, (a, b) => a + b),
    faults: merged(left.faults, right.faults, (a, b) => ({
      drawn: a.drawn + b.drawn,
      fired: a.fired + b.fired,
    })),
    violations: merged(left.violations, right.violations, addFindings),
    crashes: merged(left.crashes, right.crashes, addFindings),
    divergences: merged(left.divergences, right.divergences, addFindings),
    digest: addHexDigests(left.digest, right.digest),
  }
}

/** The first is the one of the lowest index. */
function addFindings(left: Finding, right: Finding): Finding {
  return { ...(left.index < right.index ? left : right), runs: left.runs + right.runs }
}

function merged<A>(
  left: Readonly<Record<string, A>>,
  right: Readonly<Record<string, A>>,
  add: (a: A, b: A) => A,
): Readonly<Record<string, A>> {
  const both = new Map(Object.entries(left))
  for (const [name, value] of Object.entries(right)) {
    const known = both.get(name)
    both.set(name, known === undefined ? value : add(known, value))
  }
  return Object.fromEntries([...both].sort(([a], [b]) => compareUtf8(a, b)))
}
