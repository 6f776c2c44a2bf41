import { OperatingError, type ServiceUnit, type TimerUnit, type Unit } from '@dr-drill/runbook-core'
import { calendarOf } from './calendar.ts'
import { HARDENING } from './hardening.ts'

const HEAD =
  '# Written by the drill from its unit record and replaced by it; what differs on this host belongs into a drop-in.'

/** A unit record as the text of a systemd unit file. @throws input-invalid for what such a file cannot say */
export function renderUnit(unit: Unit): string {
  const lines = unit.kind === 'service' ? service(unit) : timer(unit)
  const broken = lines.find((line) => /[\n\r\0]/.test(line))
  if (broken !== undefined) throw unsayable(unit.name, 'it has a line end')
  return `${[HEAD, ...lines].join('\n')}\n`
}

function service(unit: ServiceUnit): string[] {
  const isDaemon = unit.type === 'daemon'
  return [
    '[Unit]',
    `Description=${text(unit.description)}`,
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    `Type=${isDaemon ? 'exec' : 'oneshot'}`,
    `ExecStart=${unit.argv.map((word, index) => argument(unit.name, word, index)).join(' ')}`,
    `User=${unit.user}`,
    `Group=${unit.group}`,
    ...(unit.environmentFile === null ? [] : [`EnvironmentFile=${path(unit.name, unit.environmentFile)}`]),
    `Restart=${unit.restart}`,
    ...(unit.restart === 'no' ? [] : [`RestartSec=${unit.restartDelayMs}ms`]),
    `TimeoutStartSec=${unit.startTimeoutMs}ms`,
    `TimeoutStopSec=${unit.stopTimeoutMs}ms`,
    ...unit.writablePaths.map((one) => `ReadWritePaths=${path(unit.name, one)}`),
    ...HARDENING,
    ...(isDaemon ? ['', '[Install]', 'WantedBy=multi-user.target'] : []),
  ]
}

function timer(unit: TimerUnit): string[] {
  const elapses = unit.alignedToDay
    ? calendarOf(unit).map((expression) => `OnCalendar=${expression}`)
    : [`OnActiveSec=${unit.intervalMs}ms`, `OnUnitActiveSec=${unit.intervalMs}ms`]
  return [
    '[Unit]',
    `Description=${text(unit.description)}`,
    '',
    '[Timer]',
    ...elapses,
    `AccuracySec=${unit.accuracyMs}ms`,
    `Unit=${unit.service}`,
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]
}

/** A percent sign begins a specifier everywhere in a unit file. */
const text = (value: string): string => value.replaceAll('%', '%%')

/** One word of a command line: quoted where systemd would read it otherwise. */
function argument(unit: string, word: string, index: number): string {
  if (index === 0) return path(unit, word)
  if (/^[A-Za-z0-9_./:=,@+-]+$/.test(word)) return word
  return `"${text(word).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$')}"`
}

/** Paths of units are plain: a blank or a quote would change what the line means. */
function path(unit: string, value: string): string {
  if (/^(\/[A-Za-z0-9_.+@-]+)+$/.test(value)) return value
  throw unsayable(unit, `${JSON.stringify(value)} is no plain absolute path`)
}

const unsayable = (unit: string, why: string) =>
  new OperatingError('input-invalid', `${unit} cannot be written as a unit file: ${why}`, { subject: unit })
