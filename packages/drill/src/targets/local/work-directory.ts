import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import { requireOwn } from './own-directories.ts'

/** Says whose working directory it is; without it nothing there is ever removed. */
const MARK = 'of-run'

/** Passed through by the service account, listed by nobody but its owner. */
const MODE = 0o711

/**
 * Makes a run's working directory, or finds the one it made before, and gives its real path. @throws data-in-the-way when something
 * else lies there; usage-invalid when others may write there
 */
export function claimWorkDirectory(work: string, runId: string): string {
  mkdirSync(dirname(work), { recursive: true, mode: 0o755 })
  requireOwn(dirname(work))
  const path = join(realpathSync(dirname(work)), basename(work))
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) mkdirSync(path, { mode: MODE })
  else if (!found.isDirectory()) throw notOfRun(path, runId)
  requireOwn(path)
  if (isMarked(path, runId)) return path
  if (readdirSync(path).some((name) => name !== MARK)) throw notOfRun(path, runId)
  // With nothing beside it, a mark was cut off by a crash: nothing else had been made yet.
  rmSync(join(path, MARK), { force: true })
  mark(path, runId)
  return path
}

/** Removes a run's working directory; false when it is gone already. @throws data-in-the-way for anything that this run did not make */
export function removeWorkDirectory(work: string, runId: string): boolean {
  const found = lstatSync(work, { throwIfNoEntry: false })
  if (found === undefined) return false
  if (!found.isDirectory() || !isMarked(work, runId)) throw notOfRun(work, runId)
  // The mark goes last: what is left of an interrupted removal can still be removed.
  for (const name of readdirSync(work)) {
    if (name !== MARK) rmSync(join(work, name), { recursive: true, force: true })
  }
  rmSync(work, { recursive: true, force: true })
  return true
}

function mark(path: string, runId: string): void {
  const descriptor = openSync(join(path, MARK), 'wx', 0o600)
  writeSync(descriptor, `${runId}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
  const directory = openSync(path, constants.O_RDONLY)
  fsyncSync(directory)
  closeSync(directory)
}

function isMarked(path: string, runId: string): boolean {
  const file = join(path, MARK)
  const found = lstatSync(file, { throwIfNoEntry: false })
  return found?.isFile() === true && found.size < 256 && readFileSync(file, 'utf8') === `${runId}\n`
}

function notOfRun(path: string, runId: string): OperatingError {
  return new OperatingError('data-in-the-way', `${path} was not made by the run ${runId}`, {
    subject: path,
    hint: 'Nothing there was touched. Look what it is; remove it by hand if nobody needs it.',
  })
}
