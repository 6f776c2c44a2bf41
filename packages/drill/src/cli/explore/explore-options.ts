import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { type AuthoredRunbook, OperatingError, type Trait } from '@dr-drill/runbook-core'
import { parseDocument } from '@dr-drill/runbook-core/yaml'
import { FAULTS, faultKind, kindsFor, PRODUCTION_ASSERTIONS } from '@dr-drill/simulator'
import type { GivenRunbook } from '../../targets/sim/runbook-of.ts'
import { stemedbActions } from '../../targets/stemedb-actions.ts'
import type { ExploreSetup } from '../../workers/explore-task.ts'
import type { CliContext } from '../context.ts'
import { type Format, wholeNumber } from '../flags.ts'
import { pairs } from '../run/pairs.ts'
import { durationOf, seedOf } from '../run/run-options.ts'

/** Flags of `explore` as the parser gives them. */
export interface ExploreFlags {
  readonly runs?: string
  readonly duration?: string
  readonly seed: string
  readonly faults?: string
  readonly param?: readonly string[]
  readonly profile?: string
  readonly assertions?: string
  readonly workers?: string
  readonly shard?: string
  readonly out?: string
  readonly format: Format
  readonly quiet?: boolean
}

/** What a person asked of an exploration, checked. */
export interface ExploreRequest {
  readonly setup: ExploreSetup
  /** Runs of all shards together; infinite when only time ends it. */
  readonly runs: number
  /** Null: only the runs end it. */
  readonly durationMs: number | null
  readonly workers: number
  /** This shard performs each run whose index leaves `index` when divided by `of`. */
  readonly shard: { readonly index: number; readonly of: number }
  /** Where counterexamples go, absolute. */
  readonly out: string
}

const RUNS = 1_000
const WORKERS_MAX = 256

/** @throws usage-invalid */
export function exploreRequest(
  flags: ExploreFlags,
  runbook: Omit<GivenRunbook, 'params' | 'profile'>,
  context: CliContext,
): ExploreRequest {
  const seed = seedOf(flags.seed)
  const durationMs = flags.duration === undefined ? null : durationOf('--duration', flags.duration)
  const given = flags.runs === undefined ? null : wholeNumber('--runs', flags.runs, 1, 2 ** 40)
  return {
    setup: {
      runbook: { ...runbook, params: pairs('--param', flags.param), profile: flags.profile ?? 'sim' },
      seed,
      kinds: kindsOf(flags.faults, runbook),
      assertions: countOf('--assertions', flags.assertions, PRODUCTION_ASSERTIONS, 1, 1_000_000),
    },
    runs: given ?? (durationMs === null ? RUNS : Number.POSITIVE_INFINITY),
    durationMs,
    workers: countOf('--workers', flags.workers, availableParallelism(), 1, WORKERS_MAX),
    shard: shardOf(flags.shard ?? '1/1'),
    out: resolve(context.directory, flags.out ?? `drill-reports/explore-${seed}`),
  }
}

const countOf = (name: string, text: string | undefined, usual: number, min: number, max: number): number =>
  text === undefined ? usual : wholeNumber(name, text, min, max)

/** Those that can strike the runbook, or those that were named, in the atlas' order. */
function kindsOf(text: string | undefined, runbook: { readonly text: string; readonly file: string }) {
  if (text === undefined) return kindsFor(traitsOf(runbook))
  const all = FAULTS.map(({ kind }) => kind)
  const named = new Set(text.split(',').map((name) => faultKind(name.trim()).kind))
  return all.filter((kind) => named.has(kind))
}

/** What the actions of a runbook are for; whoever loads it says what is wrong with it. */
function traitsOf({ text, file }: { readonly text: string; readonly file: string }): ReadonlySet<Trait> {
  const { steps = [] } = (parseDocument(text, file).value ?? {}) as Partial<AuthoredRunbook>
  const actions = stemedbActions()
  const kinds = Array.isArray(steps)
    ? (steps as AuthoredRunbook['steps']).map((step) => step?.action?.kind)
    : []
  return new Set(kinds.flatMap((kind) => actions.get(kind ?? '')?.traits ?? []))
}

function shardOf(text: string): ExploreRequest['shard'] {
  const [, index = '', of = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const [nth, count] = [Number(index), Number(of)]
  if (index !== '' && nth >= 1 && nth <= count) return { index: nth - 1, of: count }
  throw new OperatingError('usage-invalid', `--shard wants I/N with I from 1 to N, not ${text}`, {
    subject: '--shard',
    hint: 'Example: --shard 2/8 is the second of eight.',
  })
}
