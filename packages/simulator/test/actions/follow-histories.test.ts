import type { ArchivedSegment, BackupDescription, LogFormat } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { followHistories } from '../../../runbook-core/src/actions/restore/follow-histories.ts'

describe('which histories are followed', () => {
  const format = { compare: (a: string, b: string) => Number(a) - Number(b) } as LogFormat
  const base = { history: 'a', lineage: null, startPosition: '10' }
  const segment = (history: string, parentHistory: string | null, fork: number, firstRecordAt = 0) =>
    ({
      history,
      lineage: { parentHistory, forkPosition: String(fork) },
      firstRecordAt,
      lastPosition: '1000',
    }) as ArchivedSegment
  const backup = (
    history: string,
    parentHistory: string,
    fork: number,
    startedAt = 0,
    stopPosition = '1000',
  ) =>
    ({
      history,
      lineage: { parentHistory, forkPosition: String(fork) },
      startedAt,
      stopPosition,
    }) as BackupDescription
  const follow = (
    segments: ArchivedSegment[],
    backupsThere: BackupDescription[] = [],
    stoppedBy: number | null = null,
  ) => {
    const { stretches, left } = followHistories(format, base, { segments, backups: backupsThere, stoppedBy })
    return {
      line: stretches.map(({ history, through }) => `${history}-${through ?? ''}`),
      left: left.map((one) => one.history),
    }
  }

  it('those that continue the base, one after the other, each from its fork', () => {
    expect(
      follow([segment('c', 'b', 20), segment('b', 'a', 15), segment('x', null, 0), segment('y', 'x', 30)]),
    ).toEqual({
      line: ['a-15', 'b-20', 'c-'],
      left: [],
    })
  })

  it('not one that left before what the base holds, nor one that left its parent before that one began', () => {
    expect(follow([segment('b', 'a', 9)])).toEqual({ line: ['a-'], left: ['b'] })
    expect(follow([segment('b', 'a', 15), segment('c', 'b', 14)])).toEqual({
      line: ['a-15', 'b-'],
      left: ['c'],
    })
  })

  it('of several the one with a backup, then the one begun last', () => {
    const both = [segment('b', 'a', 15, 100), segment('c', 'a', 12, 200)]
    expect(follow(both)).toEqual({ line: ['a-12', 'c-'], left: ['b'] })
    expect(follow(both, [backup('b', 'a', 15, 90)])).toEqual({ line: ['a-15', 'b-'], left: ['c'] })
  })

  it('none that holds no record of its own: there is nothing to follow', () => {
    expect(follow([], [backup('b', 'a', 15, 0, '15')])).toEqual({ line: ['a-'], left: ['b'] })
    expect(follow([], [backup('b', 'a', 15, 0, '16')])).toEqual({ line: ['a-15', 'b-'], left: [] })
  })

  it('none that began after the target', () => {
    const later = [segment('b', 'a', 15, 100), segment('c', 'b', 20, 200)]
    expect(follow(later, [], 150)).toEqual({ line: ['a-15', 'b-'], left: ['c'] })
    expect(follow(later, [], 99)).toEqual({ line: ['a-'], left: ['b'] })
  })

  it('ends whatever is told (property): each history once, forks never falling', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd')
    const any = fc.record({ history: name, parent: name, fork: fc.nat(30), at: fc.nat(5) })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (told) => {
        const { line } = follow(told.map((one) => segment(one.history, one.parent, one.fork, one.at)))
        expect(line[0]?.startsWith('a-')).toBe(true)
        expect(new Set(line.map((one) => one[0])).size).toBe(line.length)
        const forks = line.slice(0, -1).map((one) => Number(one.slice(2)))
        expect([...forks].sort((a, b) => a - b)).toEqual(forks)
      }),
      { numRuns: 200 },
    )
  })
})
