import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ledgerHeaderLine, ledgerLine } from '@dr-drill/runbook-core'
import { type Assertion, assertionDigest } from '@dr-drill/runbook-core/stemedb'
import { nativeChecksums, nodeFileSystem } from '@dr-drill/simulator/server'
import { objectStores } from '../../src/ports/object-store/index.ts'
import { runCli } from '../cli/run-cli.ts'
import { uncancelled } from '../support/calls.ts'
import { testedCommand } from '../support/own-command.ts'

/** A production that lived for a moment on this machine: a real server, real backups, and a ledger of what was acknowledged. */
export interface SmallWorld {
  readonly directory: string
  /** Assertions acknowledged in all, and those of them that no archive holds. */
  readonly acknowledged: number
  readonly unarchived: number
}

const BUCKET = 'stemedb-backups-prod'

interface Server {
  readonly url: string
  stop(): Promise<void>
}

/** Starts a `serve` command and waits until it is ready. */
export async function startServer(args: readonly string[], env: Record<string, string>): Promise<Server> {
  const [node, ...rest] = testedCommand()
  const child = spawn(node, [...rest, 'serve', ...args], {
    env: { PATH: process.env.PATH ?? '', DRILL_EXIT_WITH_PARENT: '1', RUST_LOG: 'error', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString()))
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)))
  })
  return {
    url: (JSON.parse(line) as { url: string }).url,
    async stop() {
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** Writes a world of `count` assertions: a backup after the first half, an archive cycle after the next quarter, an unarchived tail. */
export async function makeSmallWorld(directory: string, count = 400): Promise<SmallWorld> {
  const token = randomBytes(16).toString('hex')
  const signer = join(directory, 'signer.key')
  const seed = randomBytes(32)
  mkdirSync(directory, { recursive: true })
  writeFileSync(signer, seed.toString('hex'), { mode: 0o600 })
  const publicKey = nativeChecksums.ed25519PublicKey(new Uint8Array(seed))
  writeFileSync(join(directory, 'trust.pub'), `${Buffer.from(publicKey).toString('hex')}\n`)
  const host = join(directory, 'host')
  const s3 = await startServer(['s3', '--data', join(directory, 's3'), '--bucket', BUCKET], {})
  const engine = await startServer(['stemedb', '--data', host], { STEMEDB_ADMIN_TOKEN: token })
  const ops = async (operation: string): Promise<void> => {
    const flags = [
      '--store',
      `s3://${BUCKET}`,
      '--endpoint',
      s3.url,
      '--root',
      host,
      '--engine-url',
      engine.url,
    ]
    const done = await runCli(['ops', operation, ...flags, '--signing-key', signer], {
      STEMEDB_ADMIN_TOKEN: token,
    })
    if (done.code !== 0) throw new Error(done.stderr)
  }
  try {
    await putArtifact(s3.url)
    const lines: string[] = []
    const half = Math.floor(count / 2)
    const archived = Math.floor((count * 3) / 4)
    await write(engine.url, 0, half, lines)
    await ops('backup')
    await write(engine.url, half, archived, lines)
    await ops('archive-wal')
    await write(engine.url, archived, count, lines)
    writeLedger(join(directory, 'ledger.jsonl'), lines)
    return { directory, acknowledged: count, unarchived: count - archived }
  } finally {
    await engine.stop()
    await s3.stop()
  }
}

async function putArtifact(endpoint: string): Promise<void> {
  const stores = objectStores({
    locations: { prod: { endpoint, region: 'us-east-1', bucket: BUCKET, prefix: '', keys: null } },
    files: nodeFileSystem({ root: '/' }),
    variables: {},
  })
  const bytes = new Uint8Array(readFileSync('fixtures/artifacts/stemedb-api-0.1.0'))
  await stores.handlers.put(
    { store: 'prod', key: 'artifacts/stemedb-api-0.1.0', bytes, ifAbsent: true },
    uncancelled,
  )
  stores.close()
}

async function write(url: string, from: number, to: number, lines: string[]): Promise<void> {
  for (let index = from; index < to; index += 1) {
    const assertion: Assertion = {
      id: `key-${String(index).padStart(6, '0')}`,
      concept_path: index % 50 === 0 ? 'test/dr' : `load/${index % 7}`,
      predicate: 'is',
      value: { index, text: 'x'.repeat(index % 100) },
      confidence: 0.5,
      authority_tier: 'expert',
    }
    const digest = assertionDigest(nativeChecksums, assertion)
    lines.push(ledgerLine({ op: 'submitted', key: assertion.id, digest }))
    const response = await fetch(`${url}/v1/assert`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(assertion),
    })
    if (response.status !== 201) throw new Error(await response.text())
    const { position, timestamp } = (await response.json()) as { position: string; timestamp: string }
    const at = Date.parse(timestamp)
    lines.push(ledgerLine({ op: 'acknowledged', key: assertion.id, position, at, digest }))
  }
}

function writeLedger(file: string, lines: readonly string[]): void {
  writeFileSync(
    file,
    ledgerHeaderLine({
      unit: 'assertion',
      coverage: 'complete',
      order: 'none',
      domain: 'history',
      history: null,
      failureAt: Date.now(),
    }),
  )
  for (const line of lines) appendFileSync(file, line)
}
