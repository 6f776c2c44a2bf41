import { lstatSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { OperatingError, type ServiceUnit } from '@dr-drill/runbook-core'
import type { Account } from '../../ports/processes/accounts.ts'
import { type Program, parseEnvironmentFile, type ServiceHost } from '../../ports/supervisor/index.ts'

type Variables = Readonly<Record<string, string>>

/** How units of a recovery host become child processes of a drill. */
export interface LocalHostOptions {
  /** The host directory that is the recovery host's `/`. */
  readonly root: string
  /** Who services are; null: whoever runs the drill. */
  readonly account: Account | null
  /** Programs that this host provides itself, by the path that units name, as the argument vector they stand for. */
  readonly programs: Readonly<Record<string, readonly [string, ...string[]]>>
  /** What else a unit's processes need to know; asked at each start, since ports change, with what the unit's file configures. Secrets may be in it. */
  readonly variablesOf: (unit: ServiceUnit, configured: Variables) => Variables
  readonly onLine: (unit: ServiceUnit, line: string) => void
  readonly historyNow: () => number
}

/** Largest environment file that is read. */
const ENVIRONMENT_BYTES_MAX = 256 * 1024

/**
 * Units as processes below a root directory. A program is the file that the run placed there (never one of this machine's), except
 * for those the host provides; `INVOCATION_ID` tells each process its identity, as systemd does.
 */
export function localServiceHost(options: LocalHostOptions): ServiceHost {
  return {
    programOf(unit, invocation) {
      const argv = hostArgv(options, unit)
      const configured = environmentOf(options, unit)
      return {
        argv,
        env: {
          // Programs of ours are scripts for the Node that runs this process.
          PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
          ...configured,
          ...options.variablesOf(unit, configured),
          INVOCATION_ID: invocation,
        },
        directory: options.root,
        account: options.account,
      }
    },
    onLine: options.onLine,
    historyNow: options.historyNow,
  }
}

function hostArgv(options: LocalHostOptions, unit: ServiceUnit): Program['argv'] {
  const [program, ...args] = unit.argv
  const provided = Object.hasOwn(options.programs, program) ? options.programs[program] : undefined
  if (provided !== undefined) return [...provided, ...args]
  return [placedFile(options.root, program), ...args]
}

/** Names by which an environment decides what code a program consists of. */
const LOADERS = /^(PATH|ENV|BASH_ENV|(LD|NODE|OPENSSL|SSL|UV)_.*)$/

function environmentOf({ root, programs }: LocalHostOptions, unit: ServiceUnit): Record<string, string> {
  if (unit.environmentFile === null) return {}
  const path = placedFile(root, unit.environmentFile)
  const text = readFileSync(path, 'utf8')
  if (text.length > ENVIRONMENT_BYTES_MAX) {
    throw new OperatingError('input-too-large', `${unit.environmentFile} is too large`, {
      subject: unit.environmentFile,
    })
  }
  const variables = parseEnvironmentFile(text, unit.environmentFile)
  const loader = Object.keys(variables).find((name) => LOADERS.test(name))
  // Whoever writes a configuration may not thereby run code inside the drill's own program.
  if (loader !== undefined && Object.hasOwn(programs, unit.argv[0])) {
    throw new OperatingError('input-invalid', `${unit.environmentFile} sets ${loader} for ${unit.name}`, {
      subject: unit.environmentFile,
      hint: `Take ${loader} out of the file: it would change the program that runs.`,
    })
  }
  return variables
}

/** A regular file below the root, none of whose parents is a symlink. @throws file-missing, path-escapes-root */
function placedFile(root: string, path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (!path.startsWith('/') || names.includes('..')) throw escapes(path)
  let host = root
  for (const [index, name] of names.entries()) {
    host = join(host, name)
    const stat = lstatSync(host, { throwIfNoEntry: false })
    if (stat === undefined) throw new OperatingError('file-missing', `${path} is missing`, { subject: path })
    if (stat.isSymbolicLink()) throw escapes(path)
    const wanted = index === names.length - 1 ? stat.isFile() : stat.isDirectory()
    if (!wanted) throw new OperatingError('file-missing', `${path} is no file`, { subject: path })
  }
  return host
}

const escapes = (path: string) =>
  new OperatingError('path-escapes-root', `${path} leaves the root of the host`, { subject: path })
