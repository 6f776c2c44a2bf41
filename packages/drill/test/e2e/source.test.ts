import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '@dr-drill/runbook-core'
import { RandomStream, worldSigningKey } from '@dr-drill/simulator'
import { STATISTICS_PATH } from '@dr-drill/simulator/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { digestsBelow } from '../support/footprint.ts'
import { BUCKET, Bucket } from './damage/bucket.ts'
import { DAMAGES } from './damage/damages.ts'
import { lossOf, readLedger, Survey } from './damage/truth.ts'
import { startServer } from './small-world.ts'
import { diskOf, writeDisk } from './stored-world.ts'

const isLong = process.env.DRILL_TEST_LONG === '1'
const SEED = 5
const TOKEN = 'statistics-of-a-test-0123456789'
const ARCHIVE = 'stemedb-backups-recovery'
const WRITER = { DRILL_S3_ACCESS_KEY: 'writer', DRILL_S3_SECRET_KEY: 'writer-secret' }
const READER = { DRILL_S3_ACCESS_KEY: 'reader', DRILL_S3_SECRET_KEY: 'reader-secret' }

let base: string
let world: string
let foreign: string
let failureAt: string
let acknowledged: number

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-source-')))
  world = join(base, 'world')
  foreign = join(base, 'foreign')
  const make = (directory: string, seed: number) =>
    runCli(['world', directory, '--seed', String(seed), '--assertions', '120', '--format', 'json'])
  const [made, other] = await Promise.all([make(world, SEED), make(foreign, SEED + 1)])
  expect([made.code, other.code], made.stderr).toEqual([0, 0])
  ;({ failureAt, acknowledged } = JSON.parse(made.stdout) as { failureAt: string; acknowledged: number })
})
afterAll(() => rmSync(base, { recursive: true }))

/** Serves a data directory to one writer and one reader. */
const serve = (data: string, more: readonly string[] = []) =>
  startServer(['s3', '--data', data, ...more], {
    ...WRITER,
    DRILL_S3_READONLY_ACCESS_KEY: READER.DRILL_S3_ACCESS_KEY,
    DRILL_S3_READONLY_SECRET_KEY: READER.DRILL_S3_SECRET_KEY,
    DRILL_S3_ADMIN_TOKEN: TOKEN,
  })

async function drill(out: string, args: readonly string[], env: Record<string, string> = {}) {
  const directory = join(base, 'runs', out)
  const run = await runCli(['run', 'full-restore', '--format', 'json', '--out', directory, ...args], env)
  expect(run.stdout, run.stderr).toMatch(/^\{/)
  return { ...run, directory, report: JSON.parse(run.stdout) as Report }
}

const from = (url: string): string[] => ['--source', `s3://${BUCKET}`, '--endpoint', url]
const ledger = (): string[] => ['--ledger', join(world, 'ledger.jsonl')]
const trustKey = (): string[] => ['--trust-key', join(world, 'trust.pub')]
const claimsOf = (report: Report) => Object.fromEntries(report.claims.map(({ id, status }) => [id, status]))

describe('a world, drilled from outside', () => {
  test('with ledger and key it ends as `--world` does, and nothing was asked of the source but to read', async () => {
    const before = digestsBelow(join(world, 's3'))
    const server = await serve(join(world, 's3'))
    try {
      const [inside, outside] = await Promise.all([
        drill('inside', ['--world', world]),
        drill('outside', [...from(server.url), ...ledger(), ...trustKey()], READER),
      ])
      expect([inside.code, outside.code], outside.stderr).toEqual([0, 0])
      expect(outside.report.verdict.kind).toBe('restored-with-loss')
      expect(outside.report.verdict.kind).toBe(inside.report.verdict.kind)
      expect(outside.report.loss).toEqual(inside.report.loss)
      expect(claimsOf(outside.report)).toEqual(claimsOf(inside.report))
      expect([outside.report.mode, outside.report.data]).toEqual(['drill', 'supplied'])
      expect(readFileSync(join(outside.directory, 'readback.jsonl'), 'utf8')).toBe(
        readFileSync(join(inside.directory, 'readback.jsonl'), 'utf8'),
      )
      expect(outside.report.sourceRequests).toMatchObject({ other: 0 })
      const answer = await fetch(`${server.url}${STATISTICS_PATH}`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      })
      const { credentials, unauthenticated } = (await answer.json()) as {
        credentials: Record<string, Record<string, number>>
        unauthenticated: number
      }
      const { get, head, list } = outside.report.sourceRequests ?? {}
      expect(credentials.reader).toMatchObject({ get, head, list, other: 0, refusedWrites: 0 })
      expect(credentials.writer).toEqual({ get: 0, head: 0, list: 0, other: 0, refusedWrites: 0 })
      expect(unauthenticated).toBe(0)
    } finally {
      await server.stop()
    }
    expect(digestsBelow(join(world, 's3'))).toEqual(before)
  })

  test('without ledger and key it says what nobody proves; it archives where it was told to', async () => {
    const data = join(base, 'archived-to')
    writeDisk(diskOf(join(world, 's3')), data)
    const server = await serve(data, ['--bucket', ARCHIVE])
    try {
      const archiving = ['--archive-to', `s3://${ARCHIVE}/recovered`]
      const { code, stderr, report } = await drill(
        'unproven',
        [...from(server.url), ...archiving, '--failure-at', failureAt],
        WRITER,
      )
      expect([code, report.passed, report.verdict.kind], stderr).toEqual([0, true, 'restored'])
      expect([report.loss, report.objectives.rpo.basis]).toEqual([null, 'archive-age'])
      expect(claimsOf(report)).toEqual({
        completeness: 'proven',
        contiguity: 'proven',
        loss: 'unproven',
        authenticity: 'unproven',
        'newest-log': 'unproven',
        protection: 'proven',
      })
      const archived = readdirSync(join(data, 'buckets', ARCHIVE, 'objects/recovered'))
      expect(archived.filter((name) => name.startsWith('stemedb-backup-'))).toHaveLength(1)
      expect(report.sourceRequests).toMatchObject({ other: 0 })
    } finally {
      await server.stop()
    }
  })
})

describe('backups damaged by hand', () => {
  interface Case {
    /** Also which object is hit, where the kind would draw one. */
    readonly name: string
    readonly kind: string
    readonly verdict: string
    readonly code: number
    /** Given to the oracle. */
    readonly given: readonly ('ledger' | 'key')[]
    /** Everything that had been archived came back, and nothing else. */
    readonly whole: boolean
    readonly onlyLong?: boolean
  }
  const survived = { verdict: 'restored-with-loss', code: 0, given: ['ledger', 'key'], whole: true } as const
  const refused = { verdict: 'refused', code: 3, given: ['ledger', 'key'], whole: false } as const
  const failed = { verdict: 'failed', code: 1, whole: false } as const
  const forgery = 'record altered and resealed by a stranger'
  const cases: readonly Case[] = [
    { name: 'newest-data', kind: 'byte flipped, checksum mended', ...survived },
    { name: 'newest-data-raw', kind: 'byte flipped', ...survived, onlyLong: true },
    { name: 'newest-manifest', kind: 'object removed', ...survived, onlyLong: true },
    { name: 'last-segment', kind: 'byte flipped, checksum mended', ...refused },
    { name: 'last-segment-raw', kind: 'byte flipped', ...refused, onlyLong: true },
    {
      name: 'last-segment-foreign',
      kind: 'object of another history in its place',
      ...refused,
      onlyLong: true,
    },
    { name: 'foreign-backup', kind: 'backup of another history, newest of all', ...survived },
    { name: 'false-name', kind: 'old backup under a newer name', ...survived, onlyLong: true },
    { name: 'forged-known', kind: forgery, ...failed, given: ['ledger'] },
    {
      name: 'forged-unknown',
      kind: forgery,
      verdict: 'restored',
      code: 0,
      given: [],
      whole: false,
      onlyLong: true,
    },
    {
      name: 'lie-of-signer',
      kind: 'backup altered and resealed by the signer',
      ...failed,
      given: ['ledger', 'key'],
      onlyLong: true,
    },
  ]

  /** A damaged copy of the world's bucket. */
  function damaged(name: string, kind: string): string {
    const disk = diskOf(join(world, 's3'))
    const pristine = new Bucket(disk.fork())
    const survey = new Survey(pristine)
    const newest = survey.backups.at(-1)
    const targets: Readonly<Record<string, string>> = {
      'newest-data': `${newest?.name}/${newest?.files.find(({ path }) => path.startsWith('db/'))?.path}`,
      'newest-manifest': `${newest?.name}/manifest.jsonl`,
      'last-segment': survey.archived.at(-1)?.key ?? '',
    }
    const target = targets[name.replace(/-(raw|foreign)$/, '')]
    DAMAGES[kind]?.({
      bucket: new Bucket(disk),
      pristine,
      survey,
      foreign: new Bucket(diskOf(join(foreign, 's3'))),
      random: RandomStream.fromSeed(name),
      signer: worldSigningKey(SEED),
      ...(target === undefined ? {} : { target }),
    })
    const data = join(base, `s3-${name}`)
    writeDisk(disk, data)
    return data
  }

  async function check({ name, kind, ...expected }: Case): Promise<void> {
    const data = damaged(name, kind)
    const before = digestsBelow(data)
    const server = await serve(data)
    try {
      const given = [
        ...(expected.given.includes('ledger') ? ledger() : []),
        ...(expected.given.includes('key') ? trustKey() : []),
        ...['--failure-at', failureAt],
      ]
      const { code, report, directory, stderr } = await drill(name, [...from(server.url), ...given], READER)
      expect([name, report.verdict.kind, code], stderr).toEqual([name, expected.verdict, expected.code])
      const truth = readLedger(readFileSync(join(world, 'ledger.jsonl'), 'utf8'))
      if (report.loss !== null) {
        const lines = readFileSync(join(directory, 'readback.jsonl'), 'utf8').trimEnd().split('\n')
        const served = lines
          .map((line) => JSON.parse(line) as { key?: string; digest: string })
          .flatMap(({ key, digest }, index) => (key === undefined ? [] : [{ key, digest, position: index }]))
        expect(report.loss, name).toEqual({ unit: 'assertion', ...lossOf(truth, served) })
      }
      if (expected.whole) {
        const archived = new Survey(new Bucket(diskOf(join(world, 's3')))).records
        expect(report.loss, name).toMatchObject({ recovered: archived, lost: acknowledged - archived })
      }
      if (!expected.given.includes('key')) expect(claimsOf(report).authenticity, name).toBe('unproven')
      expect(report.sourceRequests, name).toMatchObject({ other: 0 })
    } finally {
      await server.stop()
    }
    expect(digestsBelow(data), name).toEqual(before)
  }

  test.each(cases.filter(({ onlyLong }) => isLong || onlyLong !== true))('$name: $kind', check)
})
