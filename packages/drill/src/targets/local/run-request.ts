import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { type FaultRecord, OperatingError, type VerdictKind } from '@dr-drill/runbook-core'

/** Where a run goes. */
export type TargetName = 'local' | 'sim' | 'containers'

/** What a person asked for, kept in the run's directory so that `resume` and `report` know it. No secret is in it. */
export interface RunRequest {
  readonly kind: 'run-request'
  readonly schemaVersion: 1
  readonly runId: string
  /** Absent in runs of the first releases: `local`. */
  readonly target?: TargetName
  /** Title of the scenario that was run; absent: none. */
  readonly scenario?: string
  /** Name or path as given; the text itself is copied beside this file. */
  readonly runbook: string
  readonly params: Readonly<Record<string, string>>
  readonly seed: number
  readonly mode: 'rehearsal' | 'drill'
  readonly source: SourceRequest
  /** Null: an embedded bucket of this run. */
  readonly archiveTo: StoreRequest | null
  /** Host path; null: nobody knows the truth. For generated data it is the world's own. */
  readonly ledger: string | null
  /** Public key, 64 hex digits. */
  readonly trustKey: string | null
  /** History time ms; null: the ledger's own, else now. */
  readonly failureAt: number | null
  readonly faults: readonly FaultRecord[]
  /** True: whatever of the faults would last is over (a scenario goes on in a world that has healed). */
  readonly healed?: boolean
  readonly allowHostCommands: boolean
  /** True, on `local` only: steps are performed in an agent, a process of its own. */
  readonly agent?: boolean
  /** Null, on `sim` only: none. */
  readonly deadlineMs: number | null
  readonly approvals: Readonly<Record<string, string>>
  readonly expect: VerdictKind | null
  readonly dryRun: boolean
  readonly keep: 'always' | 'on-failure' | 'never'
  /** Working directory, absolute. */
  readonly work: string
}

export type SourceRequest =
  | { readonly kind: 'generated'; readonly assertions: number | null }
  | { readonly kind: 'world'; readonly directory: string }
  | ({ readonly kind: 'store' } & StoreRequest)

/** A store by its URL, as on the command line. */
export interface StoreRequest {
  readonly url: string
  readonly endpoint: string | null
  readonly region: string | null
}

/** Target of a run. */
export const targetOf = ({ target = 'local' }: Pick<RunRequest, 'target'>): TargetName => target

const REQUEST = 'run.json'
const RUNBOOK = 'runbook.yaml'

/** Keeps request and runbook text in the run's directory. A run whose request is there can be resumed: the request comes last, whole or not at all. */
export function keepRequest(directory: string, request: RunRequest, runbookText: string): void {
  writeFileSync(join(directory, RUNBOOK), runbookText)
  const file = join(directory, REQUEST)
  writeFileSync(`${file}.part`, `${JSON.stringify(request, null, 2)}\n`)
  renameSync(`${file}.part`, file)
}

/** Request and runbook text of a run. @throws input-unreadable, input-invalid, input-too-new */
export function readRequest(directory: string): {
  readonly request: RunRequest
  readonly runbookText: string
} {
  const file = join(directory, REQUEST)
  let request: RunRequest
  let runbookText: string
  try {
    request = JSON.parse(readFileSync(file, 'utf8')) as RunRequest
    runbookText = readFileSync(join(directory, RUNBOOK), 'utf8')
  } catch (thrown) {
    throw new OperatingError(
      'input-unreadable',
      `${directory} does not hold what a run keeps: ${String(thrown)}`,
      {
        subject: directory,
      },
    )
  }
  if (!isRequest(request)) {
    throw new OperatingError('input-invalid', `${file} is no request of a run`, { subject: file })
  }
  if (request.schemaVersion > 1) {
    throw new OperatingError('input-too-new', `${file} has schema version ${request.schemaVersion}`, {
      subject: file,
    })
  }
  return { request, runbookText }
}

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** What other parts take for granted before they look at anything else. */
function isRequest(value: unknown): value is RunRequest {
  if (typeof value !== 'object' || value === null) return false
  const { kind, runId, work } = value as Partial<Record<keyof RunRequest, unknown>>
  const named = typeof runId === 'string' && RUN_ID.test(runId)
  return kind === 'run-request' && named && typeof work === 'string' && isAbsolute(work)
}
