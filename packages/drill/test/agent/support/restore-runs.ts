import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  driveAsync,
  type ExecutorContract,
  environment,
  type PortHandler,
  type PortHandlers,
  type QualifiedRunbook,
  type RunEvent,
  type RunResult,
  runEngine,
  unwrap,
} from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { nativeChecksums, type S3Server, startS3Server } from '@dr-drill/simulator/server'
import { build } from 'esbuild'
import { expect } from 'vitest'
import type { SystemHost } from '../../../src/agent/hosts/host-description.ts'
import { openSystemHost } from '../../../src/agent/hosts/system-host.ts'
import type { AgentMachine } from '../../../src/agent/machine.ts'
import { helloOf } from '../../../src/agent/protocol/hello.ts'
import { AgentClient } from '../../../src/agent/runner/agent-client.ts'
import { appendTo, openAgentTarget } from '../../../src/agent/runner/agent-target.ts'
import { childTransport } from '../../../src/agent/runner/child-transport.ts'
import { realClock } from '../../../src/ports/clock.ts'
import { systemRandom } from '../../../src/ports/random.ts'
import { executorHere } from '../../../src/targets/executor-here.ts'
import { foldJournal, foldOrigins, openJournal, syncJournal } from '../../../src/targets/local/journal.ts'
import { drillStart, type ResumePoint, resumePoint } from '../../../src/targets/local/resume-point.ts'
import { actionsDigest } from '../../../src/targets/local/tool-identity.ts'
import { stemedbActions } from '../../../src/targets/stemedb-actions.ts'
import type { PerformOptions } from '../../../src/targets/target.ts'
import { runCli } from '../../cli/run-cli.ts'

const BUCKET = 'stemedb-backups-prod'
/** Text that must be nowhere but in a session. */
export const SECRET = 'S3cret-of-the-source-0123456789'
const KEYS = { accessKeyId: 'READER', secretAccessKey: SECRET }
const CONCURRENCY = 4
const here = fileURLToPath(new URL('.', import.meta.url))

/** A source to restore from, served, and the agent's program. */
export interface RestoreSource {
  readonly server: S3Server
  readonly trustKey: string
  /** The agent that dies where it is told, as one file. */
  readonly agent: string
}

/** Makes a production whose newest backup is gone: from the one before it, more than twenty objects are to be fetched. */
export async function restoreSource(base: string): Promise<RestoreSource> {
  const world = join(base, 'world')
  expect(await runCli(['world', world, '--assertions', '300', '--quiet'])).toMatchObject({ code: 0 })
  rmSync(join(world, `s3/buckets/${BUCKET}/objects/stemedb-backup-20260211-180000`), { recursive: true })
  const server = await startS3Server({
    dataDirectory: join(world, 's3'),
    credentials: [{ accessKey: KEYS.accessKeyId, secretKey: SECRET, rights: 'read-only' }],
    durable: false,
  })
  const agent = await testedAgent(base)
  return { server, trustKey: readFileSync(join(world, 'trust.pub'), 'utf8').trim(), agent }
}

/** The agent's program as one file, with what lets it die on demand. */
export async function testedAgent(base: string): Promise<string> {
  const agent = join(base, 'tested-agent.mjs')
  await build({
    entryPoints: [join(here, 'tested-agent.ts')],
    outfile: agent,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url)" },
    logLevel: 'error',
  })
  return agent
}

/** The runbook that moves data: how often a step is tried, and how many objects are fetched at once. */
export function restoreRunbook(source: RestoreSource, attempts = 1, parallel = 4): QualifiedRunbook {
  const text = readFileSync(join(here, 'restore.yaml'), 'utf8')
    .replace('retry: { attempts: 1 }', `retry: { attempts: ${attempts}, delay: 1ms }`)
    .replaceAll('parallel: 4', `parallel: ${parallel}`)
  return loadRunbook(text, {
    registry: stemedbActions(),
    checksums: nativeChecksums,
    params: { 'trust-key': source.trustKey },
    profile: 'local',
    file: 'restore.yaml',
  })
}

/** The recovery host of a run: a directory below the run's. */
export function systemHost(directory: string, source: ServedFrom): SystemHost {
  const root = join(directory, 'root')
  for (const path of ['var/lib/stemedb', 'etc']) mkdirSync(join(root, path), { recursive: true })
  const location = {
    endpoint: source.server.url,
    region: 'us-east-1',
    bucket: BUCKET,
    prefix: '',
    keys: KEYS,
  }
  return {
    kind: 'system',
    root,
    locations: { source: location },
    endpoints: {},
    capabilities: ['commands'],
    serviceManager: 'none',
    searchPath: '/usr/bin:/bin',
    historyShiftMs: 0,
  }
}

/** What a machine is made of: the agent's program, and where its source is served. */
export interface ServedFrom {
  readonly agent: string
  readonly server: { readonly url: string }
}

export interface TestedMachine {
  readonly name?: string
  readonly env?: Readonly<Record<string, string>>
  readonly outlivesAgent?: boolean
}

/** A machine whose agent is a child. */
export function machineOf(directory: string, source: ServedFrom, tested: TestedMachine = {}): AgentMachine {
  return {
    name: tested.name ?? 'host',
    start: () => childTransport([process.execPath, source.agent], tested.env ?? {}),
    spoolDirectory: join(directory, 'spool'),
    host: systemHost(directory, source),
    outlivesAgent: tested.outlivesAgent ?? true,
  }
}

/** A client of a machine's agent, for a run of this directory. */
export async function clientOf(
  directory: string,
  machine: AgentMachine,
  onLog: (message: string) => void = () => {},
): Promise<AgentClient> {
  return new AgentClient(machine, {
    runId: 'tested-run',
    hello: helloOf({
      version: 'tested',
      digest: '0'.repeat(64),
      actionsDigest: actionsDigest(stemedbActions()),
    }),
    acknowledged: await foldOrigins(directory),
    dryRun: false,
    exercised: 'sandbox',
    waitsForJournal: false,
    onLog: ({ message }) => onLog(message),
  })
}

/** A run by agent: begun, or gone on with when its directory has a journal. */
export async function runByAgent(
  directory: string,
  runbook: QualifiedRunbook,
  machine: AgentMachine,
  resuming: boolean,
  onLog?: (message: string) => void,
): Promise<RunResult> {
  if (resuming) syncJournal(directory)
  const client = await clientOf(directory, machine, onLog)
  try {
    await client.attach()
    const before = resuming ? await resumePoint(directory, runbook, CONCURRENCY) : null
    if (client.unheard > 0) {
      const journal = openJournal(directory, clockOf(before), before?.continuation ?? null, () => {})
      await client.journalTo(appendTo(journal.handlers))
      journal.close()
    }
    const point = resuming ? await resumePoint(directory, runbook, CONCURRENCY) : null
    const target = await openAgentTarget(client, () => drillStart(point))
    return await drive(directory, runbook, point, (options) => target.executor(options))
  } finally {
    await client.close()
  }
}

/** The same run in this process. */
export async function runHere(
  directory: string,
  runbook: QualifiedRunbook,
  source: RestoreSource,
): Promise<RunResult> {
  const host = openSystemHost(systemHost(directory, source), {
    drillStartMs: 0,
    onLog: () => {},
    groups: { started() {}, ended() {} },
  })
  try {
    return await drive(directory, runbook, null, (options) => executorHere(host, 'sandbox', options))
  } finally {
    await host.close()
  }
}

const clockOf = (point: ResumePoint | null) =>
  realClock({ drillStartMs: drillStart(point) }) as unknown as PortHandlers

/** Drives the engine over an executor and the journal of a directory. */
export async function drive(
  directory: string,
  runbook: QualifiedRunbook,
  point: ResumePoint | null,
  executorOf: (options: PerformOptions) => PortHandler<ExecutorContract>,
): Promise<RunResult> {
  const clock = clockOf(point)
  const journal = openJournal(directory, clock, point?.continuation ?? null, () => {})
  try {
    const registry = stemedbActions()
    const executor = executorOf({ registry, journal: journal.handlers, dryRun: false })
    const ports = { Journal: journal.handlers, Executor: executor, Clock: clock, Random: systemRandom() }
    const engine = runEngine({
      runbook,
      identity: {
        runId: 'tested-run',
        tool: { version: '0', digest: '0'.repeat(64) },
        actionsDigest: '0'.repeat(64),
        mode: 'drill',
        data: 'supplied',
        environment: 'sandbox',
        target: 'tested',
        capabilities: [],
        seed: 1,
        scenario: null,
        faults: [],
        startedAtWall: '2026-11-24T00:00:00Z',
      },
      checksums: nativeChecksums,
      concurrency: CONCURRENCY,
      marks: [],
      approvals: {},
      deadlineMs: null,
      resume: point?.resume ?? null,
    })
    return unwrap(await driveAsync(engine, environment(ports as unknown as Record<string, PortHandlers>)))
  } finally {
    journal.close()
  }
}

/** Every event of a run's journal. */
export async function eventsOf(directory: string): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = []
  await foldJournal(directory, ({ event }) => void events.push(event))
  return events
}
