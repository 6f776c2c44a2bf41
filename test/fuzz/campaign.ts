import { RandomStream } from '@dr-drill/simulator'
import type { FuzzTarget } from './fuzz-target.ts'
import { mutated } from './mutate.ts'
import { outcomeOf } from './outcome.ts'

/** Inputs that reached something new are mutated further; as many as this are kept. */
const GROWN_MAX = 400

/** An input that a reader did not bear. */
export interface Find {
  readonly target: string
  readonly seed: number
  /** The how-manieth input of the campaign. */
  readonly index: number
  readonly inputHex: string
  readonly error: string
}

/** What a campaign did. */
export interface Campaign {
  readonly target: string
  readonly inputs: number
  /** How often each way of ending was met. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Inputs that reached a way of ending first. */
  readonly grown: number
  readonly find: Find | null
}

/**
 * Feeds a reader mutated inputs until it does not bear one. What guides it is how readings end: an input that ends in a new way joins
 * the corpus. `onInput` is told of each input before it is read, so that whoever watches knows which one hangs.
 */
export function campaign(
  target: FuzzTarget,
  options: { readonly seed: number; readonly inputs: number; readonly onInput?: (index: number) => void },
): Campaign {
  const random = RandomStream.fromSeed(options.seed).split(`fuzz/${target.name}`)
  const corpus = [...target.corpus]
  const outcomes = new Map<string, number>()
  const done = (inputs: number, find: Find | null): Campaign => ({
    target: target.name,
    inputs,
    outcomes,
    grown: corpus.length - target.corpus.length,
    find,
  })
  for (let index = 0; index < options.inputs; index += 1) {
    const input = target.corpus[index] ?? mutated(random, { corpus, dictionary: target.dictionary })
    options.onInput?.(index)
    let outcome: string
    try {
      outcome = outcomeOf(() => target.read(input))
    } catch (error) {
      return done(index + 1, findOf(target, options.seed, index, input, error))
    }
    const known = outcomes.get(outcome)
    outcomes.set(outcome, (known ?? 0) + 1)
    if (known === undefined && corpus.length < target.corpus.length + GROWN_MAX) corpus.push(input)
  }
  return done(options.inputs, null)
}

function findOf(target: FuzzTarget, seed: number, index: number, input: Uint8Array, error: unknown): Find {
  return {
    target: target.name,
    seed,
    index,
    inputHex: Buffer.from(input).toString('hex'),
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }
}
