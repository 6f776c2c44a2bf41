import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { OperatingError, parseDuration, parseInstant, type VerdictKind } from '@dr-drill/runbook-core'
import { parseFault } from '@dr-drill/simulator'
import type { RunRequest, SourceRequest, StoreRequest } from '../../targets/local/run-request.ts'
import type { CliContext } from '../context.ts'
import { type Format, wholeNumber } from '../flags.ts'
import { readTrustKey } from '../trust-key.ts'
import { pairs } from './pairs.ts'

/** Flags of `run` as the parser gives them. */
export interface RunFlags {
  readonly target: string
  readonly mode?: string
  readonly param?: readonly string[]
  readonly seed: string
  readonly fault?: readonly string[]
  readonly scenario?: string
  readonly assertions?: string
  readonly world?: string
  readonly source?: string
  readonly endpoint?: string
  readonly region?: string
  readonly archiveTo?: string
  readonly ledger?: string
  readonly trustKey?: string
  readonly failureAt?: string
  readonly expect?: VerdictKind
  readonly out?: string
  readonly workDir?: string
  readonly keep: RunRequest['keep']
  readonly deadline: string
  readonly allowHostCommands?: boolean
  readonly agent?: boolean
  readonly approve?: readonly string[]
  readonly format: Format
  readonly dryRun?: boolean
  readonly quiet?: boolean
}

/** What a person asked for, checked; paths are absolute. @throws usage-invalid */
export function runRequest(
  flags: RunFlags,
  runbook: string,
  place: { readonly runId: string; readonly directory: string },
  context: CliContext,
): RunRequest {
  const path = (given: string): string => resolve(context.directory, given)
  const source = sourceRequest(flags, path)
  return {
    kind: 'run-request',
    schemaVersion: 1,
    runId: place.runId,
    ...(flags.target === 'containers' ? { target: 'containers' as const } : {}),
    runbook,
    params: pairs('--param', flags.param),
    seed: seedOf(flags.seed),
    mode: modeOf(flags.mode, source),
    source,
    archiveTo: flags.archiveTo === undefined ? null : storeRequest(flags.archiveTo, flags),
    ledger: flags.ledger === undefined ? null : path(flags.ledger),
    trustKey: flags.trustKey === undefined ? null : readTrustKey(path(flags.trustKey)),
    failureAt: flags.failureAt === undefined ? null : instant(flags.failureAt),
    faults: (flags.fault ?? []).map(parseFault),
    allowHostCommands: flags.allowHostCommands === true,
    ...(flags.agent === true ? { agent: true } : {}),
    deadlineMs: durationOf('--deadline', flags.deadline),
    approvals: pairs('--approve', flags.approve),
    expect: flags.expect ?? null,
    dryRun: flags.dryRun === true,
    keep: flags.keep,
    work:
      flags.workDir === undefined
        ? resolve(place.directory, 'work')
        : resolve(path(flags.workDir), place.runId),
  }
}

function sourceRequest(flags: RunFlags, path: (given: string) => string): SourceRequest {
  if (flags.source !== undefined && flags.world !== undefined) {
    throw new OperatingError('usage-invalid', '--source and --world exclude each other')
  }
  if (flags.source !== undefined) return { kind: 'store', ...storeRequest(flags.source, flags) }
  if (flags.world !== undefined) return { kind: 'world', directory: path(flags.world) }
  for (const [name, given] of [
    ['--ledger', flags.ledger],
    ['--trust-key', flags.trustKey],
    ['--endpoint', flags.endpoint],
  ] as const) {
    if (given !== undefined)
      throw new OperatingError('usage-invalid', `${name} goes with --source or --world`)
  }
  const assertions =
    flags.assertions === undefined ? null : wholeNumber('--assertions', flags.assertions, 1, 100_000_000)
  return { kind: 'generated', assertions }
}

function storeRequest(url: string, flags: RunFlags): StoreRequest {
  return { url, endpoint: flags.endpoint ?? null, region: flags.region ?? null }
}

/** Supplied backups are drilled; a world of ours is rehearsed. */
function modeOf(given: string | undefined, source: SourceRequest): RunRequest['mode'] {
  const natural = source.kind === 'store' ? 'drill' : 'rehearsal'
  if (given === undefined || given === natural) return natural
  throw new OperatingError('usage-invalid', `--mode ${given} does not fit: this is a ${natural}`, {
    subject: '--mode',
    hint: 'A rehearsal restores generated data; a drill restores backups named by --source.',
  })
}

/** `--seed`: a number, or `random`. @throws usage-invalid */
export function seedOf(text: string): number {
  return text === 'random' ? randomInt(2 ** 47) : wholeNumber('--seed', text, 0, Number.MAX_SAFE_INTEGER)
}

/** A flag that wants a duration, in ms. @throws usage-invalid */
export function durationOf(name: string, text: string): number {
  try {
    return parseDuration(text)
  } catch {
    throw new OperatingError('usage-invalid', `${name} wants a duration such as 30m, not ${text}`, {
      subject: name,
    })
  }
}

function instant(text: string): number {
  const value = parseInstant(text)
  if (value !== null) return value
  throw new OperatingError('usage-invalid', `--failure-at wants RFC 3339 UTC, not ${text}`, {
    subject: '--failure-at',
    hint: 'Example: --failure-at 2026-02-11T18:42:00Z',
  })
}
