import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report, RunEvent } from '@dr-drill/runbook-core'
import { testedCommand } from '../support/own-command.ts'

/** What a faulted run left: its exit (a signal for one that was killed), its report if it wrote one, its journal. */
export interface FaultedRun {
  readonly directory: string
  readonly code: number | NodeJS.Signals | null
  readonly stderr: string
  readonly report: Report
  readonly events: readonly RunEvent[]
  /** Kinds of the faults that the journal says have struck, in order. */
  readonly fired: readonly string[]
}

const NOBODY = { uid: 65_534, gid: 65_534 }
export const isRoot = process.geteuid?.() === 0

/** A world, and runs on it, below one temporary directory. */
export class FaultedRuns {
  readonly base = mkdtempSync(join(tmpdir(), 'drill-faults-'))
  readonly world = join(this.base, 'world')

  /** Production of some hundred assertions, readable for anybody. */
  async prepare(): Promise<this> {
    chmodSync(this.base, 0o755)
    const made = await this.#command(['world', this.world, '--assertions', '300', '--quiet'], false)
    if (made.code !== 0) throw new Error(made.stderr)
    return this
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true })
  }

  run(name: string, args: readonly string[], more: { runbook?: string; asNobody?: boolean } = {}) {
    const directory = join(this.base, name)
    const asNobody = more.asNobody === true && isRoot
    if (asNobody) {
      mkdirSync(directory)
      chownSync(directory, NOBODY.uid, NOBODY.gid)
    }
    return this.#faulted(
      directory,
      this.#flags(directory, ['--world', this.world, ...args], more.runbook),
      asNobody,
    )
  }

  /** A run on what the arguments say instead of the world. */
  runOn(name: string, args: readonly string[]): Promise<FaultedRun> {
    const directory = join(this.base, name)
    return this.#faulted(directory, this.#flags(directory, args), false)
  }

  #flags(directory: string, args: readonly string[], runbook = 'full-restore'): string[] {
    return ['run', runbook, '--out', directory, '--format', 'json', ...args]
  }

  resume(directory: string): Promise<FaultedRun> {
    return this.#faulted(directory, ['resume', directory, '--format', 'json'], false)
  }

  /** Of every byte of the world. */
  worldDigest(): string {
    const hash = createHash('sha256')
    for (const entry of readdirSync(this.world, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      hash.update(`${path}\0`)
      if (entry.isFile()) hash.update(readFileSync(path))
    }
    return hash.digest('hex')
  }

  /** Number of the newest segment that the newest backup keeps: its base holds all that is in it. */
  segmentOfNewestBackup(): number {
    const objects = join(this.world, 's3/buckets/stemedb-backups-prod/objects')
    const newest = readdirSync(objects)
      .filter((name) => name.startsWith('stemedb-backup-'))
      .sort()
      .at(-1)
    const [first = ''] = readdirSync(join(objects, newest ?? '', 'wal'))
    return Number(/segment-(\d+)/.exec(first)?.[1])
  }

  /** Acknowledged assertions up to a position. */
  acknowledgedUpTo(position: number): number {
    const lines = readFileSync(join(this.world, 'ledger.jsonl'), 'utf8').trimEnd().split('\n')
    return lines
      .map((line) => JSON.parse(line) as { op?: string; position?: string })
      .filter(({ op, position: at }) => op === 'acknowledged' && Number(at) <= position).length
  }

  async #faulted(directory: string, args: readonly string[], asNobody: boolean): Promise<FaultedRun> {
    const { code, stdout, stderr } = await this.#command(args, asNobody)
    const events = eventsOf(join(directory, 'journal.jsonl'))
    return {
      directory,
      code,
      stderr,
      report: JSON.parse(stdout === '' ? '{}' : stdout) as Report,
      events,
      fired: events.flatMap((event) => (event.type === 'fault-fired' ? [event.fault.kind] : [])),
    }
  }

  #command(args: readonly string[], asNobody: boolean) {
    const [node, ...rest] = testedCommand()
    return new Promise<{ code: number | NodeJS.Signals | null; stdout: string; stderr: string }>(
      (resolve, reject) => {
        const child: ChildProcess = spawn(node, [...rest, ...args], {
          ...(asNobody ? NOBODY : {}),
          env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent' },
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        const said = { stdout: '', stderr: '' }
        for (const name of ['stdout', 'stderr'] as const) {
          child[name]?.setEncoding('utf8').on('data', (text: string) => {
            said[name] += text
          })
        }
        child.on('error', reject)
        child.on('close', (code, signal) => resolve({ code: code ?? signal, ...said }))
      },
    )
  }
}

function eventsOf(journal: string): readonly RunEvent[] {
  let text: string
  try {
    text = readFileSync(journal, 'utf8')
  } catch {
    return []
  }
  const lines = text.split('\n').slice(1, -1)
  return lines.map((line) => (JSON.parse(line) as { event: RunEvent }).event)
}

/** Invariants that were neither held nor not applicable. */
export const wrongInvariants = (report: Report): readonly string[] =>
  report.invariants
    .filter(({ status }) => status !== 'held' && status !== 'not-applicable')
    .map(({ id }) => id)

/** What a run's last steps of that name gave out. */
export function outputOf(run: FaultedRun, step: string): Readonly<Record<string, unknown>> {
  const ended = run.events.filter((event) => event.type === 'step-succeeded' && event.step === step).at(-1)
  return (ended?.type === 'step-succeeded' ? ended.output : {}) as Record<string, unknown>
}

/** Flags for faults. */
export const faults = (...kinds: readonly string[]): string[] => kinds.flatMap((kind) => ['--fault', kind])
