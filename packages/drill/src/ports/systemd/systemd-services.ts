import {
  type CallContext,
  type CommandResult,
  type CommandsContract,
  OperatingError,
  type PortHandler,
  type ServiceStatus,
  type ServicesContract,
} from '@dr-drill/runbook-core'
import { unitName, writeUnits } from './unit-files.ts'
import { readStatuses, STATUS_PROPERTIES } from './unit-status.ts'

/** The host whose service manager this is: the one that this process runs on. */
export interface SystemdOptions {
  /** Programs of this host, run as root. */
  readonly commands: PortHandler<CommandsContract>
  /** Default `/etc/systemd/system`. */
  readonly unitDirectory?: string
  /** History's distance from the wall clock, ms. */
  readonly historyShiftMs: number
}

/** Requests to the service manager itself; what a unit may take is its own limit. */
const MANAGER_MS = 30_000

/** A start or stop is bounded by the unit's own timeouts; this is longer than any of them. */
const JOB_MS = 3 * 3_600_000

/** Times in UTC and words in English, whatever the host speaks. */
const ENVIRONMENT = { TZ: 'UTC', LC_ALL: 'C', SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0' }

/** Services over a real systemd: unit files, `systemctl`, the journal. */
export function systemdServices(options: SystemdOptions): PortHandler<ServicesContract> {
  const systemd = new Systemd(options)
  return {
    install: ({ units }, context) => {
      writeUnits(options.unitDirectory ?? '/etc/systemd/system', units)
      return systemd.manage(['daemon-reload'], context)
    },
    start: ({ name }, context) => systemd.start(name, JOB_MS, context),
    stop: ({ name }, context) => systemd.stop(name, context),
    enable: ({ name }, context) => systemd.manage(['enable', '--quiet', unitName(name)], context, name),
    disable: ({ name }, context) => systemd.manage(['disable', '--quiet', unitName(name)], context, name),
    runOnce: ({ name, timeoutMs }, context) => systemd.runOnce(name, timeoutMs, context),
    status: ({ names }, context) => systemd.status(names, context),
    log: ({ name, linesMax }, context) => systemd.log(name, linesMax, context),
  }
}

class Systemd {
  readonly #options: SystemdOptions

  constructor(options: SystemdOptions) {
    this.#options = options
  }

  /** A request that is over in a moment. @throws service-failed with what systemctl said */
  async manage(args: readonly string[], context: CallContext, subject = 'systemd'): Promise<void> {
    const { exitCode, stderr } = await this.#run(['systemctl', ...args], MANAGER_MS, context)
    if (exitCode !== 0) throw refused(subject, stderr)
  }

  async start(name: string, timeoutMs: number, context: CallContext): Promise<void> {
    // A unit that has failed too often lately would not be started at all.
    await this.#run(['systemctl', 'reset-failed', unitName(name)], MANAGER_MS, context)
    const { exitCode, stderr } = await this.#run(['systemctl', 'start', unitName(name)], timeoutMs, context)
    if (exitCode !== 0) throw await this.#failed(name, stderr, context)
  }

  async stop(name: string, context: CallContext): Promise<void> {
    const [status] = await this.status([name], context)
    if (status?.installed !== true) return
    const { exitCode, stderr } = await this.#run(['systemctl', 'stop', unitName(name)], JOB_MS, context)
    if (exitCode !== 0) throw refused(name, stderr)
    // What was stopped on purpose has not failed, even if it had to be killed.
    await this.#run(['systemctl', 'reset-failed', unitName(name)], MANAGER_MS, context)
  }

  /** One whole run, begun now: one that a timer began before may have missed what is to be done. */
  async runOnce(name: string, timeoutMs: number, context: CallContext): Promise<void> {
    const endAt = performance.now() + timeoutMs
    const left = (): number => Math.max(1, Math.ceil(endAt - performance.now()))
    try {
      const [before] = await this.status([name], context)
      if (before?.state === 'activating')
        await this.#run(['systemctl', 'start', unitName(name)], left(), context)
      await this.start(name, left(), context)
    } catch (thrown) {
      if (!(thrown instanceof OperatingError) || thrown.code !== 'timed-out') throw thrown
      await this.stop(name, context)
      throw new OperatingError('timed-out', `${name} took longer than ${timeoutMs} ms and was stopped`, {
        subject: name,
      })
    }
  }

  async status(names: readonly string[], context: CallContext): Promise<readonly ServiceStatus[]> {
    if (names.length === 0) return []
    const argv = ['systemctl', 'show', `--property=${STATUS_PROPERTIES.join(',')}`, ...names.map(unitName)]
    const { exitCode, stdout, stderr } = await this.#run(argv, MANAGER_MS, context)
    if (exitCode !== 0) throw refused(names.join(' '), stderr)
    return readStatuses(stdout, names, this.#options.historyShiftMs)
  }

  /** Lines of the current or last invocation, as its processes printed them. */
  async log(name: string, linesMax: number, context: CallContext): Promise<readonly string[]> {
    const shown = await this.#run(
      ['systemctl', 'show', '--value', '--property=InvocationID', unitName(name)],
      MANAGER_MS,
      context,
    )
    const invocation = shown.stdout.trim()
    if (!/^[0-9a-f]{32}$/.test(invocation)) return []
    // What was printed a moment ago may not be written yet.
    await this.#run(['journalctl', '--sync'], MANAGER_MS, context)
    const argv = ['journalctl', '--quiet', '--no-pager', '--output=cat', `--lines=${linesMax}`] as const
    const { stdout } = await this.#run(
      [...argv, `_SYSTEMD_INVOCATION_ID=${invocation}`, '_TRANSPORT=stdout'],
      MANAGER_MS,
      context,
    )
    return stdout.split('\n').slice(0, -1)
  }

  async #failed(name: string, said: string, context: CallContext): Promise<OperatingError> {
    const [status] = await this.status([name], context)
    const lines = await this.log(name, 5, context)
    const code = status?.lastExitCode ?? null
    const how = code === null ? said.trim().split('\n')[0] : `ended with ${code}`
    return new OperatingError('service-failed', `${[`${name} ${how}`, ...lines].join(' | ')}`, {
      subject: name,
    })
  }

  async #run(argv: readonly string[], timeoutMs: number, context: CallContext): Promise<CommandResult> {
    const { commands } = this.#options
    return (await commands.run(
      { argv: argv as [string, ...string[]], env: ENVIRONMENT, timeoutMs },
      context,
    )) as CommandResult
  }
}

const refused = (subject: string, said: string) =>
  new OperatingError('service-failed', `${subject}: ${said.trim().split('\n').join(' | ')}`, { subject })
