import { stemedbUnits } from '@dr-drill/runbook-core/stemedb'
import { describe, expect, it } from 'vitest'

const units = stemedbUnits({ opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'] })

describe('units of StemeDB', () => {
  it('are the service and a oneshot with its timer for each operation of the seed', () => {
    expect(units('all')!.map((unit) => unit.name)).toEqual([
      'stemedb-api.service',
      'stemedb-backup.service',
      'stemedb-backup.timer',
      'stemedb-archive-wal.service',
      'stemedb-archive-wal.timer',
      'stemedb-verify-backup.service',
      'stemedb-verify-backup.timer',
    ])
    expect(units('something')).toBeNull()
  })

  it('every timer starts a service of its set, at the intervals of the seed', () => {
    const protection = units('protection')!
    const names = new Set(protection.map((unit) => unit.name))
    const timers = protection.filter((unit) => unit.kind === 'timer')
    for (const timer of timers) expect(names.has(timer.service)).toBe(true)
    expect(timers.map((timer) => timer.intervalMs / 60_000)).toEqual([360, 15, 1440])
  })

  it('an operation ends before its timer starts it again, and writes nothing of the engine', () => {
    for (const unit of units('protection')!) {
      if (unit.kind !== 'service') continue
      const timer = units('protection')!.find(
        (other) => other.kind === 'timer' && other.service === unit.name,
      )
      expect(timer?.kind === 'timer' && unit.startTimeoutMs < timer.intervalMs).toBe(true)
      expect(unit.writablePaths).toEqual(['/var/backups/stemedb'])
      expect(unit.argv.slice(0, 2)).toEqual(['/opt/dr-drill/bin/dr-drill', 'ops'])
    }
  })
})
