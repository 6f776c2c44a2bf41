import { Call, type Middleware, OperatingError, Settle, type Task } from '@dr-drill/runbook-core'
import { type CheckedDrill, checkDrill, type DrillTruth, simulateDrill } from '@dr-drill/simulator'
import { describe, expect, test } from 'vitest'
import { liveThrough } from '../../src/simulation/simulate-drill.ts'
import { type DrillGiven, drillOptions } from '../simulation/lab.ts'

const drill = (given: DrillGiven = {}): CheckedDrill => simulateDrill(drillOptions(given)).checked
const violated = ({ violations }: CheckedDrill): string[] => violations.map(({ id }) => id)

test('without faults and mistakes every invariant holds, and none is violated', () => {
  const checked = drill()
  expect(checked.violations).toEqual([])
  expect(checked.status).toBe('passed')
  expect(checked.expectation.kind).toBe('must-recover')
  const statuses = Object.fromEntries(checked.results.map(({ id, status }) => [id, status]))
  const inapplicable = ['I3', 'I4', 'I10', 'I13', 'I18', 'I19']
  for (const [id, status] of Object.entries(statuses)) {
    expect(status, id).toBe(inapplicable.includes(id) ? 'not-applicable' : 'held')
  }
})

/** A mistake in the calls of one step; null leaves a call as it is. */
type Mistake = (call: Call<unknown>, next: Parameters<Middleware>[1]) => unknown

const mistakeIn =
  (step: string, mistake: Mistake): ((of: string) => Middleware) =>
  (of) =>
  (call, next) => {
    const made = of === step ? mistake(call, next) : null
    return made === null ? next(call) : (made as ReturnType<typeof next>)
  }

const is = (call: Call<unknown>, port: string, method: string): boolean =>
  call.port === port && call.method === method

/** Does something else, too, before the first call of that kind. */
function alsoBefore(port: string, method: string, also: readonly Call<unknown>[]): Mistake {
  let isDone = false
  return (call, next) => {
    if (isDone || !is(call, port, method)) return null
    isDone = true
    return (function* (): Task<unknown> {
      for (const one of also) {
        try {
          yield* new Settle(next(one))
        } catch {
          // Careless hands do not look at what comes back.
        }
      }
      return yield* new Settle(next(call))
    })()
  }
}

const isWrite = (call: Call<unknown>): boolean => call.access === 'write'

const fileCall = (method: string, input: object) => new Call<unknown>('FileSystem', method, 'write', input)

test('a service that hangs in its start-up is met by who waits for it, and mended: the run goes on', () => {
  const options = drillOptions({
    faults: ['hung-service:seconds=endless,at=await-health-again/call/1/before'],
  })
  const { judged, checked } = simulateDrill(options)
  expect(judged.faults).toMatchObject([{ kind: 'hung-service', fired: true }])
  expect(violated(checked)).toEqual([])
})

describe('a canary of each invariant is caught', () => {
  test('I1: an objective that no restore can meet', () => {
    expect(violated(drill({ params: { rto: '30s' } }))).toContain('I1')
  })

  test('I6 and I11: a step that writes into the source, though it is refused', () => {
    const put = new Call<unknown>('ObjectStore', 'put', 'write', {
      store: 'source',
      key: 'wal-archive/overwritten',
      bytes: new Uint8Array(1),
      ifAbsent: false,
    })
    const checked = drill({ mistakes: mistakeIn('select-log', alsoBefore('ObjectStore', 'list', [put])) })
    expect(violated(checked)).toEqual(expect.arrayContaining(['I6', 'I11']))
  })

  test('I12: a runbook that opens the data to the world', () => {
    const open = [
      'directoryMode: "0750", fileMode: "0640"',
      'directoryMode: "0750", fileMode: "0644"',
    ] as const
    expect(violated(drill({ changes: [open, open, open] }))).toContain('I12')
  })

  test('I8: a balancer that is switched before the gate', () => {
    const early = [
      'title: Send clients to the restored server\n    group: resume\n    needs: [await-health-again]',
      'title: Send clients to the restored server\n    group: resume\n    needs: [await-health]',
    ] as const
    expect(violated(drill({ changes: [early] }))).toContain('I8')
  })

  test('I7 and I8: a server that listens for everybody from the start, and a verdict that does not see it', () => {
    const checked = drill({ params: { 'bind-before-gate': '0.0.0.0:18180' } })
    expect(violated(checked)).toEqual(expect.arrayContaining(['I7', 'I8']))
  })

  test('I9: clients before the first backup', () => {
    const gate = [
      'needs: [compare-counts, run-query, check-metrics, write-probe, check-alerts, force-backup]',
      'needs: [compare-counts, run-query, check-metrics, write-probe, enable-timers]',
    ] as const
    const fact = ['          backed-up: ${ steps.force_backup.backup != "" }\n', ''] as const
    const late = [
      'group: resume\n    needs: [enable-timers]',
      'group: resume\n    needs: [enable-timers, probe-client]',
    ] as const
    expect(violated(drill({ changes: [gate, fact, late] }))).toContain('I9')
  })

  test('I10: something half-done left behind by a run whose process died', () => {
    const path = '/var/lib/stemedb/.incoming'
    const left = [
      fileCall('makeDirectory', { path, mode: 0o700 }),
      fileCall('create', { path: `${path}/half`, mode: 0o600 }),
    ]
    const given = (): DrillGiven => ({
      mistakes: mistakeIn('notify', alsoBefore('Notifier', 'send', left)),
    })
    expect(violated(drill(given()))).not.toContain('I10')
    expect(violated(drill({ ...given(), faults: ['kill-runner'] }))).toContain('I10')
  })

  test('I14: the newest backup passed over without a word', () => {
    const blind: Mistake = (call, next) => {
      if (!is(call, 'ObjectStore', 'list')) return null
      return (function* (): Task<unknown> {
        const page = (yield* new Settle(next(call))) as { readonly prefixes: readonly string[] }
        const backups = page.prefixes.filter((prefix) => prefix.startsWith('stemedb-backup-'))
        return { ...page, prefixes: page.prefixes.filter((prefix) => prefix !== backups.at(-1)) }
      })()
    }
    expect(violated(drill({ mistakes: mistakeIn('select-backup', blind) }))).toContain('I14')
  })

  test('I15: something written that no intent announced', () => {
    const stray = [fileCall('create', { path: '/etc/stray', mode: 0o600 })]
    expect(
      violated(drill({ mistakes: mistakeIn('scan-log', alsoBefore('FileSystem', 'read', stray)) })),
    ).toContain('I15')
  })

  test('I16: more on the disk than anybody planned', () => {
    const path = '/var/lib/stemedb/.incoming/surplus'
    const bytes = new Uint8Array(8 * 1024 * 1024)
    const surplus = [
      fileCall('create', { path, mode: 0o600 }),
      fileCall('write', { path, offset: 0, bytes }),
      fileCall('setMode', { path, mode: 0o600 }),
    ]
    expect(
      violated(drill({ mistakes: mistakeIn('verify-backup', alsoBefore('FileSystem', 'read', surplus)) })),
    ).toContain('I16')
  })

  test('I17: a run that finds no backup where there are some', () => {
    const blind: Mistake = (call) => {
      if (!is(call, 'ObjectStore', 'get')) return null
      throw new OperatingError('object-missing', 'it is not there')
    }
    expect(violated(drill({ mistakes: mistakeIn('select-backup', blind) }))).toContain('I17')
  })

  test('I18: a runbook that accepts every loss, whatever it was told', () => {
    const careless = ['acceptLoss: ${ params.accept_loss }', 'acceptLoss: true'] as const
    const checked = drill({ changes: [careless], faults: ['corrupt-segment:copies=all'] })
    expect(checked.expectation.kind).toBe('must-refuse')
    expect(violated(checked)).toContain('I18')
  })

  test('I7: nobody is led to the restored server, it listens for its host alone, or is called restored too early', () => {
    const without = (step: string) => ({
      mistakes: mistakeIn(step, (call) => (isWrite(call) ? 'done' : null)),
    })
    expect(violated(drill({ params: { 'bind-address': '127.0.0.1:18180' } }))).toContain('I7')
    expect(violated(drill(without('switch-dns')))).toContain('I17')
    const early = [
      'title: Ask the restored service the way its clients do\n    group: resume\n    needs: [switch-traffic, switch-dns]',
      'title: Ask the restored service the way its clients do\n    group: resume\n    needs: [switch-traffic]',
    ] as const
    expect(violated(drill({ changes: [early] }))).toContain('I7')
  })

  test('I8: a gate that passes while an alert fires, and clients led to a server that has not answered', () => {
    const deaf = [
      'needs: [compare-counts, run-query, check-metrics, write-probe, check-alerts, force-backup]',
      'needs: [compare-counts, run-query, check-metrics, write-probe, force-backup]',
    ] as const
    const faults = ['firing-alert:seconds=endless,at=force-backup/begins']
    expect(violated(drill({ faults }))).toEqual([])
    expect(violated(drill({ faults, changes: [deaf] }))).toContain('I8')
    const hasty = [
      'group: resume\n    needs: [await-health-again]\n    retry',
      'group: resume\n    needs: [restart-service]\n    retry',
    ] as const
    expect(violated(drill({ changes: [hasty] }))).toContain('I8')
  })

  test('I12: data that comes open to its place, though it is closed later, and a program that its service may change', () => {
    const open = [
      'protection: { owner: stemedb, group: stemedb, directoryMode: "0750", fileMode: "0640" }\n        incoming',
      'protection: { owner: stemedb, group: stemedb, directoryMode: "0750", fileMode: "0644" }\n        incoming',
    ] as const
    expect(violated(drill({ changes: [open] }))).toContain('I12')
    expect(violated(drill({ changes: [['mode: "0755"', 'mode: "0775"']] }))).toContain('I12')
  })

  test('I16: a fetch that begins where nothing fits', () => {
    const faults = ['full-disk:free=1000,seconds=endless,at=select-backup/begins']
    expect(violated(drill({ faults }))).toEqual([])
    const blind = ['freeBytesMin: ${ steps.select_backup.totalBytes * 2 }', 'freeBytesMin: 0'] as const
    expect(violated(drill({ faults, changes: [blind] }))).toContain('I16')
  })

  test('I17: what a run must bear, it bears without help', () => {
    const once = ['retry: { attempts: 2, delay: 5s, delayMax: 30s }', 'retry: { attempts: 1 }'] as const
    const faults = ['failed-backup']
    expect(violated(drill({ faults }))).toEqual([])
    expect(violated(drill({ faults, changes: [once] }))).toEqual(['I17'])
  })

  test('I18 and I19: a host that is not fit is restored onto, and done to, before anybody looks', () => {
    const early = ['  - id: fence-old-primary', '  - id: fence-old-primary'] as const
    const first = [
      'archives\n    group: provision\n    needs: [inspect-host]',
      'archives\n    group: provision',
    ] as const
    const blind = ['cpuCoresMin: ${ params.min_cores }', 'cpuCoresMin: 0'] as const
    const faults = ['small-host']
    expect(violated(drill({ faults }))).toEqual([])
    expect(violated(drill({ faults, changes: [early, first] }))).toEqual(['I19'])
    expect(violated(drill({ faults, changes: [blind] }))).toEqual(expect.arrayContaining(['I18', 'I19']))
  })

  test('I20: data placed while a timer that was there before still ticks', () => {
    const faults = ['leftover-units:unit=archive-timer']
    const forgotten = ['          - stemedb-archive-wal.timer\n', ''] as const
    expect(violated(drill({ faults }))).toEqual([])
    expect(violated(drill({ faults, changes: [forgotten] }))).toContain('I20')
  })

  test('I21: the source is read while the old primary is up', () => {
    const early = [
      'with a reason for each refusal\n    group: fetch-backup\n    needs: [fence-old-primary]',
      'with a reason for each refusal\n    group: fetch-backup\n    needs: []',
    ] as const
    const faults = ['returning-primary:at=start']
    expect(violated(drill({ faults }))).toEqual([])
    expect(violated(drill({ faults, changes: [early] }))).toContain('I21')
  })

  test('I22: nobody is told, or somebody against what was asked', () => {
    const mute = (step: string) => mistakeIn(step, (call) => (call.port === 'Notifier' ? 'sent' : null))
    expect(violated(drill({ mistakes: mute('announce') }))).toContain('I22')
    expect(violated(drill({ mistakes: mute('notify') }))).toContain('I22')
    const always = ['    when: ${ params.announce }\n', ''] as const
    expect(violated(drill({ params: { announce: 'false' } }))).toEqual([])
    expect(violated(drill({ params: { announce: 'false' }, changes: [always] }))).toContain('I22')
  })

  test('I23: what has rotted since it was fetched is placed', () => {
    const less = ['alsoFiles: ${ steps.scan_log.files }', 'alsoFiles: []'] as const
    const faults = ['rotten-staging:what=segment,step=verify-backup']
    expect(violated(drill({ faults }))).toEqual([])
    expect(violated(drill({ faults, changes: [less] }))).toEqual(['I23'])
  })
})

describe('what no shipped runbook does yet is shown to the checkers', () => {
  const { truth } = liveThrough(drillOptions())
  const statusOf = (changed: Partial<DrillTruth>, id: string): string | undefined =>
    checkDrill({ ...truth, ...changed }).results.find((one) => one.id === id)?.status
  const served = truth.served ?? []
  const middle = truth.ledger.whole.records[Math.floor(served.length / 2)]?.at ?? 0

  test('I2: something is lost that was promised long before', () => {
    const { loss, ledger } = truth
    if (loss === null) throw new Error('something is served')
    expect(statusOf({ loss: { ...loss, oldestLostAt: ledger.failureAt - 3_600_000 } }, 'I2')).toBe('violated')
  })

  test('I3: a record from after the target time is served', () => {
    expect(statusOf({ targetAt: middle }, 'I3')).toBe('violated')
    expect(statusOf({ targetAt: truth.ledger.failureAt }, 'I3')).toBe('held')
  })

  test('I4: a record from before the target time is not served', () => {
    const target = { targetAt: truth.ledger.failureAt }
    expect(statusOf({ ...target, served: served.slice(0, -1) }, 'I4')).toBe('violated')
    expect(statusOf(target, 'I4')).toBe('held')
  })

  test('I13: what was cut off for good is served again', () => {
    expect(statusOf({ cutOff: new Set([served[3]?.key ?? '']) }, 'I13')).toBe('violated')
    expect(statusOf({ cutOff: new Set(['never-written']) }, 'I13')).toBe('held')
  })

  test('I5 and I7: one record missing, altered, or served twice', () => {
    const first = served[0]
    if (first === undefined) throw new Error('something is served')
    const altered = served.map((one) => (one === first ? { ...one, digest: '0'.repeat(64) } : one))
    expect(statusOf({ served: served.slice(1) }, 'I5')).toBe('violated')
    expect(statusOf({ served: altered }, 'I5')).toBe('violated')
    expect(statusOf({ served: altered }, 'I7')).toBe('violated')
    expect(statusOf({ served: [...served, first] }, 'I5')).toBe('violated')
  })
})
