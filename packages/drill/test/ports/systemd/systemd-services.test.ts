import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  CallContext,
  CommandInput,
  CommandResult,
  ServiceStatus,
  ServiceUnit,
} from '@dr-drill/runbook-core'
import { stemedbUnits } from '@dr-drill/runbook-core/stemedb'
import { afterAll, describe, expect, test } from 'vitest'
import { systemdServices } from '../../../src/ports/systemd/index.ts'

const context: CallContext = { onCancel() {} }
const directory = mkdtempSync(join(tmpdir(), 'drill-units-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A service manager that answers as a test says, and remembers what it was asked. */
function managed(
  answer: (argv: readonly string[]) => Partial<CommandResult> = () => ({}),
  historyShiftMs = 0,
) {
  const asked: string[] = []
  const services = systemdServices({
    commands: {
      run: (input: CommandInput) => {
        asked.push(input.argv.join(' '))
        return { exitCode: 0, signal: null, stdout: '', stderr: '', ...answer(input.argv) }
      },
      which: () => ({}),
    },
    unitDirectory: directory,
    historyShiftMs,
  })
  return { asked, services }
}

/** As systemd 252 prints them: blocks parted by an empty line, properties in an order of its own. */
const SHOWN = `ExecMainStartTimestamp=Wed 2026-11-25 04:20:09 UTC
ExecMainExitTimestamp=
ExecMainCode=0
ExecMainStatus=0
Id=a.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled
InvocationID=c4d5e793233543a89e5999adad14ba46

NextElapseUSecRealtime=Wed 2026-11-25 16:12:48 UTC
LastTriggerUSec=
Id=a.timer
LoadState=loaded
ActiveState=active
UnitFileState=disabled
InvocationID=5baf7ab98c8a41cba24cbaf7e366351f

ExecMainStartTimestamp=Wed 2026-11-25 04:20:09 UTC
ExecMainExitTimestamp=Wed 2026-11-25 04:20:10 UTC
ExecMainCode=1
ExecMainStatus=3
Id=b.service
LoadState=loaded
ActiveState=failed
UnitFileState=static
InvocationID=00112233445566778899aabbccddeeff

ExecMainStartTimestamp=
ExecMainExitTimestamp=
ExecMainCode=0
ExecMainStatus=0
Id=nosuch.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
InvocationID=
`

describe('status', () => {
  test('of what runs, waits, failed and does not exist; times are of history', async () => {
    const { services } = managed(() => ({ stdout: SHOWN }), 1_000)
    const names = ['a.service', 'a.timer', 'b.service', 'nosuch.service']
    const [running, timer, failed, absent] = (await services.status(
      { names },
      context,
    )) as readonly ServiceStatus[]
    const startedAt = Date.UTC(2026, 10, 25, 4, 20, 9) + 1_000
    expect(running).toEqual({
      name: 'a.service',
      installed: true,
      enabled: true,
      state: 'active',
      invocation: 'c4d5e793233543a89e5999adad14ba46',
      lastExitCode: null,
      nextElapseAt: null,
      lastRunAt: startedAt,
    })
    expect(timer).toMatchObject({ enabled: false, state: 'active', invocation: null, lastRunAt: null })
    expect(timer?.nextElapseAt).toBe(Date.UTC(2026, 10, 25, 16, 12, 48) + 1_000)
    expect(failed).toMatchObject({ state: 'failed', invocation: null, lastExitCode: 3, lastRunAt: startedAt })
    expect(absent).toMatchObject({ installed: false, enabled: false, state: 'inactive', lastRunAt: null })
  })
})

describe('requests', () => {
  test('units are written whole, readable by all, and told to the manager', async () => {
    const units = stemedbUnits({ opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'] })('all') ?? []
    const { services, asked } = managed()
    await services.install({ units }, context)
    expect(readdirSync(directory).sort()).toEqual(units.map(({ name }) => name).sort())
    expect(readFileSync(join(directory, 'stemedb-api.service'), 'utf8')).toContain('ExecStart=/opt/stemedb')
    expect(asked).toEqual(['systemctl daemon-reload'])
  })

  test('a unit that cannot be written leaves the others as they were', async () => {
    const { services, asked } = managed()
    const [unit] = stemedbUnits({ opsCommand: ['/bin/true'] })('service') as readonly ServiceUnit[]
    const before = readFileSync(join(directory, 'stemedb-api.service'), 'utf8')
    const bad = { ...unit, name: 'b.service', argv: ['no path'] } as unknown as ServiceUnit
    const changed = { ...unit, description: 'another' } as ServiceUnit
    await expect(async () => services.install({ units: [changed, bad] }, context)).rejects.toThrow('no plain')
    expect(readFileSync(join(directory, 'stemedb-api.service'), 'utf8')).toBe(before)
    expect(asked).toEqual([])
  })

  test('a name that is none never reaches a command line', async () => {
    const { services, asked } = managed()
    for (const name of ['-H root@elsewhere', '../x.service', 'a', 'a.service\n', '--all.service']) {
      await expect(async () => services.start({ name }, context)).rejects.toThrow('no name of a unit')
    }
    expect(asked).toEqual([])
  })

  test('a failed start tells how the process ended and its last lines', async () => {
    const { services } = managed((argv) => {
      if (argv.includes('start')) return { exitCode: 1, stderr: 'Job for b.service failed.\nSee journalctl' }
      if (argv.includes('--value')) return { stdout: '00112233445566778899aabbccddeeff\n' }
      if (argv[0] === 'journalctl' && argv.includes('--lines=5')) return { stdout: 'one\ntwo\n' }
      return argv.includes('show') ? { stdout: SHOWN.split('\n\n')[2] ?? '' } : {}
    })
    await expect(async () => services.start({ name: 'b.service' }, context)).rejects.toThrow(
      'b.service ended with 3 | one | two',
    )
  })

  test('what is not installed is stopped already', async () => {
    const { services, asked } = managed(() => ({ stdout: SHOWN.split('\n\n')[3] ?? '' }))
    await services.stop({ name: 'nosuch.service' }, context)
    expect(asked.some((line) => line.startsWith('systemctl stop'))).toBe(false)
  })
})
