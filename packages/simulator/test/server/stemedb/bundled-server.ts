import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stemedbServerEntry } from '@dr-drill/simulator/server'
import { build } from 'esbuild'

/** A directory of a test, and the server's program as one file in it, which starts much faster than its sources. */
export interface Workshop {
  readonly directory: string
  readonly program: string
  remove(): void
}

export async function openWorkshop(): Promise<Workshop> {
  const directory = mkdtempSync(join(tmpdir(), 'stemedb-server-'))
  const program = join(directory, 'stemedb-api.mjs')
  await build({
    entryPoints: [stemedbServerEntry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    outfile: program,
    logLevel: 'error',
  })
  for (const name of ['wal', 'db']) mkdirSync(join(directory, name))
  return { directory, program, remove: () => rmSync(directory, { recursive: true }) }
}

/** A server process: its lines so far, and where it listens once it does. */
export interface ServerProcess {
  readonly child: ChildProcess
  readonly lines: string[]
  /** Rejects when the process ends before it listens. */
  readonly url: Promise<string>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

export function startServerProcess(
  { directory, program }: Workshop,
  variables: Record<string, string> = {},
): ServerProcess {
  const child = spawn(process.execPath, [program], {
    env: {
      STEMEDB_BIND_ADDR: '127.0.0.1:0',
      STEMEDB_WAL_DIR: join(directory, 'wal'),
      STEMEDB_DB_DIR: join(directory, 'db'),
      RUST_LOG: 'info',
      STEMEDB_EXIT_WITH_PARENT: '1',
      NODE_COMPILE_CACHE: join(directory, 'cache'),
      ...variables,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin?.on('error', () => {})
  const lines: string[] = []
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  const url = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      lines.push(line)
      const address = /^Startup complete, listening on (.*)$/.exec(line)?.[1]
      if (address !== undefined) resolve(`http://${address}`)
    })
    ended.then(() => reject(new Error(`the server ended: ${lines.join(' | ')}`)))
  })
  // Whoever only waits for the end does not ask for the address.
  url.catch(() => {})
  return { child, lines, url, ended }
}
