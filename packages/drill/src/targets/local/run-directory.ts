import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import { requireOwn } from './own-directories.ts'
import { lockHolder, runBusy } from './run-lock.ts'

/** Folder, below the working directory, in which runs are kept unless `--out` says otherwise. */
export const REPORTS = 'drill-reports'

/** The files of one run. */
export interface RunFiles {
  readonly directory: string
  /** What a person asked for. */
  readonly request: string
  readonly journal: string
  readonly reportJson: string
  readonly reportText: string
  readonly junit: string
}

/** Names of a run's files. */
export function runFiles(directory: string): RunFiles {
  return {
    directory,
    request: join(directory, 'run.json'),
    journal: join(directory, 'journal.jsonl'),
    reportJson: join(directory, 'report.json'),
    reportText: join(directory, 'report.md'),
    junit: join(directory, 'junit.xml'),
  }
}

/** An id that sorts by time and is told apart from others of the same second by chance. */
export function newRunId(now: Date): string {
  const [day = '', time = ''] = now.toISOString().split('T')
  return `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${randomBytes(3).toString('hex')}`
}

/** Makes the run's directory. @throws target-busy while a run works in it, usage-invalid when it is there and not empty */
export function makeRunDirectory(base: string, out: string | null, runId: string): string {
  const directory = resolve(base, out ?? join(REPORTS, runId))
  const holder = lockHolder(directory)
  if (holder !== null) throw runBusy(directory, holder)
  try {
    if (existsSync(directory) && readdirSync(directory).length > 0) {
      throw new OperatingError('usage-invalid', `${directory} is not empty`, {
        subject: directory,
        hint: 'Name a directory that is absent or empty: a run never writes over another.',
      })
    }
    mkdirSync(directory, { recursive: true, mode: 0o755 })
    requireOwn(directory)
  } catch (thrown) {
    if (thrown instanceof OperatingError) throw thrown
    const code = (thrown as NodeJS.ErrnoException).code ?? String(thrown)
    throw new OperatingError('environment-lacking', `cannot make ${directory}: ${code}`, {
      subject: directory,
    })
  }
  return realpathSync(directory)
}

/**
 * The directory of a run that exists: a path, an id below `drill-reports`, or `last`.
 * @throws usage-invalid
 */
export function findRun(base: string, name: string): string {
  const reports = join(base, REPORTS)
  const candidates =
    name === 'last' ? [...runsBelow(reports)].reverse() : [resolve(base, name), join(reports, name)]
  const found = candidates.find(isRun)
  if (found !== undefined) return realpathSync(found)
  throw new OperatingError('usage-invalid', `there is no run ${name}`, {
    subject: name,
    hint: `Name a run's directory, an id below ./${REPORTS}, or "last".`,
  })
}

/** True for the directory of a run, also of one that died before its first step. */
export function isRun(directory: string): boolean {
  const { journal, request } = runFiles(directory)
  return existsSync(journal) || existsSync(request)
}

/** Directories of runs below a folder, oldest first. */
export function runsBelow(reports: string): readonly string[] {
  if (!existsSync(reports)) return []
  return readdirSync(reports)
    .sort()
    .map((entry) => join(reports, entry))
    .filter((entry) => statSync(entry, { throwIfNoEntry: false })?.isDirectory() === true)
}
