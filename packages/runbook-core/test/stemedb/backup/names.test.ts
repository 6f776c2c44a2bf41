import {
  archivedSegmentKey,
  backupName,
  parseArchiveKey,
  parseBackupName,
  parseSegmentFileName,
  roleOfBackupPath,
  SIDECAR_SUFFIX,
  segmentFileName,
} from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { history, instant, numRuns } from './arbitraries.ts'

describe('names of backups and archived segments', () => {
  it('a backup name reads back as its second, and only canonical names are names', () => {
    fc.assert(
      fc.property(instant, (at) => {
        expect(parseBackupName(backupName(at))).toBe(at - (at % 1000))
      }),
      { numRuns },
    )
  })

  it('knows the example names of the seed', () => {
    expect(parseBackupName('stemedb-backup-20260211-180000')).toBe(Date.UTC(2026, 1, 11, 18))
    expect(backupName(Date.UTC(2026, 1, 11, 6))).toBe('stemedb-backup-20260211-060000')
    expect(segmentFileName(42)).toBe('segment-00042.wal')
  })

  it.each([
    'stemedb-backup-20260230-000000',
    'stemedb-backup-20260211-240000',
    'stemedb-backup-20261301-000000',
    'stemedb-backup-00500101-000000',
    'stemedb-backup-20260211-180000/',
    'stemedb-backup-20260211-18000',
    'stemedb-backup-../../etc',
    ' stemedb-backup-20260211-180000',
    'stemedb-backup-20260211-180000\n',
    '',
  ])('refuses %j as a backup name', (name) => {
    expect(parseBackupName(name)).toBeNull()
  })

  it('an archive key reads back as history and number, and different pairs never share a key', () => {
    const pair = fc.record({ history, number: fc.nat(10_000_000) })
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const key = archivedSegmentKey(a.history, a.number)
        expect(parseArchiveKey(key)).toEqual({ ...a, isSidecar: false })
        expect(parseArchiveKey(key + SIDECAR_SUFFIX)).toEqual({ ...a, isSidecar: true })
        const same = a.history === b.history && a.number === b.number
        expect(archivedSegmentKey(b.history, b.number) === key).toBe(same)
      }),
      { numRuns },
    )
  })

  it('only paths of a backup have a role, and none of them leaves it', () => {
    expect(roleOfBackupPath('backup-metadata.json')).toBe('metadata')
    expect(roleOfBackupPath('wal/segment-00001.wal')).toBe('log')
    expect(roleOfBackupPath('db/checkpoint-00000000000000000042.kv')).toBe('data')
    fc.assert(
      fc.property(
        fc.stringMatching(/^(wal|db|\.|\/)?\/?([a-z./\\\0 -]{0,12})(\.wal|\.kv|\.json)?$/),
        (path) => {
          if (roleOfBackupPath(path) === null) return
          expect(path).toMatch(/^(wal|db)\/[A-Za-z0-9][A-Za-z0-9._-]*$/)
        },
      ),
      { numRuns: numRuns * 5 },
    )
  })

  it.each([
    '../db/a.kv',
    '/db/a.kv',
    'db/../a.kv',
    'db//a.kv',
    'db/.kv',
    'db/.a.kv',
    'db/a/b.kv',
    'db/a.kv\0',
    'wal/segment-1.wal',
    'wal/segment-000001.wal',
    'wal/../segment-00001.wal',
    'manifest.jsonl',
    'backup-metadata.json/',
    'etc/passwd',
  ])('no file of a backup has the path %j', (path) => {
    expect(roleOfBackupPath(path)).toBeNull()
  })

  it.each(['segment-0001.wal', 'segment-000001.wal', 'segment-00001.wal.json', 'segment--0001.wal'])(
    'refuses %j as a segment name',
    (name) => {
      expect(parseSegmentFileName(name)).toBeNull()
    },
  )
})
