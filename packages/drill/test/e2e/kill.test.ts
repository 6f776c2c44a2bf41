import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '@dr-drill/runbook-core'
import { RandomStream } from '@dr-drill/simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { areGone, digestsBelow, listenersOf, processesOf } from '../support/footprint.ts'
import { testedCommand } from '../support/own-command.ts'
import { until } from '../support/processes.ts'

const isLong = process.env.DRILL_TEST_LONG === '1'
/** Drawn anew each time and told when it fails; KILL_SEED draws the same again. */
const SEED = process.env.KILL_SEED ?? String(Date.now())
const KILLS = Number(process.env.KILLS ?? (isLong ? 50 : 10))

let base: string
let world: string
let source: ReadonlyMap<string, string>
let whole: FinalState
/** Events of a journal of a run that nobody kills. */
let events: number

/** What must be the same, however often the process of a run was killed. */
interface FinalState {
  readonly verdict: string
  readonly loss: unknown
  readonly claims: unknown
  readonly violated: readonly string[]
  /** Everything that the restored server gives back but what the run itself wrote. */
  readonly readback: string
  /** Files below the log root that came from the source, by name and digest. */
  readonly log: readonly string[]
}

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-kill-')))
  world = join(base, 'world')
  expect(await runCli(['world', world, '--assertions', '120', '--quiet'])).toMatchObject({ code: 0 })
  source = digestsBelow(join(world, 's3'))
  const directory = join(base, 'whole')
  const run = await runCli([...arguments_(directory), '--format', 'json'])
  expect(run.code, run.stderr).toBe(0)
  whole = stateOf(directory, JSON.parse(run.stdout) as Report)
  events = journalLines(directory)
})
afterAll(() => rmSync(base, { recursive: true }))

const arguments_ = (directory: string, byAgent = false): string[] => [
  'run',
  'full-restore',
  ...['--world', world, '--out', directory, '--keep', 'always'],
  ...(byAgent ? ['--agent'] : []),
]

function stateOf(directory: string, report: Report): FinalState {
  const objects = new Set(source.values())
  const root = join(directory, 'work/root/var/lib/stemedb')
  return {
    verdict: report.verdict.kind,
    loss: report.loss,
    claims: report.claims.map(({ id, status }) => `${id} ${status}`),
    violated: report.invariants.filter(({ status }) => status === 'violated').map(({ id }) => id),
    readback: readFileSync(join(directory, 'readback.jsonl'), 'utf8'),
    // Not the data files: a backup that was forced again wrote a checkpoint more, and the engine keeps the newest two.
    log: [...digestsBelow(join(root, 'wal'))].filter(([, digest]) => objects.has(digest)).map(String),
  }
}

/** What a failed comparison has to tell: the verdict's own words. */
const verdictOf = (stdout: string): string => /"verdict": ?\{[^}]*\}/.exec(stdout)?.[0] ?? stdout

const journalLines = (directory: string): number => {
  const journal = join(directory, 'journal.jsonl')
  return existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0
}

/** A process of the drill in a group of its own. */
function start(args: readonly string[]): {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
} {
  const [node, ...rest] = testedCommand()
  const child = spawn(node, [...rest, ...args], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'ignore', 'ignore'],
    detached: true,
  })
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve(code))) }
}

/** Kills a drill once its journal has so many lines (and a little later); afterwards nothing of it may run or listen. */
async function kill(
  args: readonly string[],
  directory: string,
  lines: number,
  laterMs: number,
): Promise<void> {
  const { child, ended } = start(args)
  let over = false
  void ended.then(() => {
    over = true
  })
  await until(() => over || journalLines(directory) >= lines)
  await new Promise((resolve) => setTimeout(resolve, laterMs))
  const listened = listenersOf(processesOf(directory))
  child.kill('SIGKILL')
  await ended
  // Children end by themselves when the one that holds their pipe is gone; no port outlives them.
  await until(() => processesOf(directory).length === 0 && areGone(listened))
}

/** A run killed at a drawn moment, its resume killed as well in every third case, then resumed to its end. */
async function killedRun(index: number): Promise<void> {
  const random = RandomStream.fromSeed(SEED).split(`kill ${index}`)
  const directory = join(base, `killed-${index}`)
  const lines = random.integer(0, events + 2)
  const laterMs = random.integer(0, lines === 0 || lines >= events ? 300 : 30)
  // Every second run performs its steps in an agent, which loses its runner.
  const byAgent = index % 2 === 1
  const how = byAgent ? 'the runner of an agent' : 'the run'
  const told = `KILL_SEED=${SEED}, kill ${index} of ${how}: after ${lines} of ${events} lines and ${laterMs} ms`
  await kill(arguments_(directory, byAgent), directory, lines, laterMs)
  const resume = ['resume', directory, '--format', 'json']
  if (index % 3 === 2 && existsSync(join(directory, 'run.json'))) {
    await kill(resume, directory, journalLines(directory) + random.integer(0, 40), random.integer(0, 200))
  }
  if (!existsSync(join(directory, 'run.json'))) {
    expect((await runCli(resume)).code, told).toBe(2)
    return
  }
  const resumed = await runCli(resume)
  expect(resumed.code, `${told}\n${resumed.stderr}\n${verdictOf(resumed.stdout)}`).toBe(0)
  expect(stateOf(directory, JSON.parse(resumed.stdout) as Report), told).toEqual(whole)
  expect(processesOf(directory), told).toEqual([])
  expect(digestsBelow(join(world, 's3')), told).toEqual(source)
  rmSync(directory, { recursive: true })
}

test(`killed at ${KILLS} random moments and resumed, a run ends as if nobody had killed it`, async () => {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < KILLS) {
      const index = next
      next += 1
      await killedRun(index)
    }
  }
  await Promise.all([lane(), lane()])
}, 1_800_000)
