import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunSecrets } from '../../src/targets/local/keys.ts'
import { probeServiceAccount, SERVICE_ACCOUNT } from '../../src/targets/local/service-account.ts'
import { testedCommand } from '../support/own-command.ts'

let base: string
let directory: string
/** All that the run's processes could be seen by: their argument vectors, and what the run printed. */
let seen = ''
const vectors = new Set<string>()

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-secrets-')))
  // The service account must be able to pass, as on a machine where the run lies in a usual place.
  chmodSync(base, 0o755)
  directory = join(base, 'run')
  const [node, ...rest] = testedCommand()
  const args = ['run', 'full-restore', '--assertions', '200', '--keep', 'always', '--out', directory]
  const child = spawn(node, [...rest, ...args], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      seen += text
    })
  }
  const looking = setInterval(() => {
    for (const vector of commandLines()) vectors.add(vector)
  }, 50)
  const code = await new Promise((resolve) => child.on('close', resolve))
  clearInterval(looking)
  seen += [...vectors].join('\n')
  expect([code, seen]).toEqual([0, expect.stringContaining('serve\0s3')])
})
afterAll(() => rmSync(base, { recursive: true }))

function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
}

function filesBelow(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const below = join(path, entry.name)
    return entry.isDirectory() ? filesBelow(below) : [below]
  })
}

const KEYS = 'work/secrets/keys.json'
const SIGNER = 'work/root/etc/dr-drill/signer.key'
const modeOf = (path: string): string => (lstatSync(join(directory, path)).mode & 0o777).toString(8)

test('no secret of a run stands in an argument vector, on a screen, or in any file but its own', () => {
  const { sourceReader, sourceWriter, archive, ...tokens } = JSON.parse(
    readFileSync(join(directory, KEYS), 'utf8'),
  ) as RunSecrets
  const pairs = [sourceReader, sourceWriter, archive].map((keys) => keys.secretAccessKey)
  const secrets = [...pairs, ...Object.values(tokens)]
  expect(secrets).toHaveLength(6)
  const holders = new Set<string>()
  for (const file of filesBelow(directory)) {
    const bytes = readFileSync(file)
    if (secrets.some((secret) => bytes.includes(secret))) holders.add(relative(directory, file))
  }
  expect([...holders].sort()).toEqual([SIGNER, KEYS])
  for (const secret of secrets) expect(seen).not.toContain(secret)
})

test('files of secrets are open to their owner alone, and so are the folders of data and truth', () => {
  expect([modeOf(KEYS), modeOf(SIGNER), modeOf('readback.jsonl')]).toEqual(['600', '600', '600'])
  expect(['work/secrets', 'work/world', 'work/archive'].map(modeOf)).toEqual(['700', '700', '700'])
  expect(modeOf('work')).toBe('711')
})

test('neither the service nor a stranger reads what is not theirs', () => {
  const named = [
    KEYS,
    SIGNER,
    'readback.jsonl',
    'journal.jsonl',
    'work/world/ledger.jsonl',
    'work/units.json',
  ]
  const archived = filesBelow(join(directory, 'work/archive')).map((file) => relative(directory, file))
  const stored = filesBelow(join(directory, 'work/root/var')).map((file) => relative(directory, file))
  expect([archived.length > 0, stored.length > 0]).toEqual([true, true])
  const closed = [...named, ...archived, ...stored]
  expect(closed.filter(isOpenToOthers)).toEqual([])
  // Only root can find out by trying: the others have no second user.
  if (process.geteuid?.() !== 0) return
  expect(readableBy(SERVICE_ACCOUNT.uid + 1, closed)).toEqual([])
  // In a folder closed to other users services run as root, and nothing is theirs.
  const { kind } = probeServiceAccount([directory, import.meta.dirname])
  expect(readableBy(SERVICE_ACCOUNT.uid, closed)).toEqual(kind === 'separate' ? [SIGNER, ...stored] : [])
})

/** By the modes of the file and of all directories above it, up to the run's. */
function isOpenToOthers(file: string): boolean {
  const parts = file.split('/')
  const passed = parts.slice(0, -1).every((_, depth) => {
    const { mode } = lstatSync(join(directory, ...parts.slice(0, depth + 1)))
    return (mode & 0o001) !== 0
  })
  return passed && (lstatSync(join(directory, file)).mode & 0o004) !== 0
}

/** Which of the files a user can open, found out by trying. */
function readableBy(uid: number, files: readonly string[]): readonly string[] {
  const script = `console.log(JSON.stringify(process.argv.slice(1).filter((file) => {
    try { require('node:fs').closeSync(require('node:fs').openSync(file)); return true } catch { return false }
  })))`
  const paths = files.map((file) => join(directory, file))
  const options = { uid, gid: uid, cwd: '/', env: {}, encoding: 'utf8' } as const
  const { stdout } = spawnSync(process.execPath, ['-e', script, '--', ...paths], options)
  return (JSON.parse(stdout) as string[]).map((file) => relative(directory, file))
}
