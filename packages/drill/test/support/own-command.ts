import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ownCommand } from '../../src/cli/own-command.ts'

const packages = fileURLToPath(new URL('../../../', import.meta.url))
const NAMES = ['runbook-core', 'simulator', 'drill']

/**
 * The command line for children of tests: as bundled or as built when that is newer than every source (it starts several times
 * faster), else from the sources, so that a test never runs stale code.
 */
export function testedCommand(): readonly [string, ...string[]] {
  const built = join(packages, 'drill', 'dist', 'cli', 'main.js')
  if (!isFresh()) return ownCommand()
  return [process.execPath, isNewerThanSources(bundled) ? bundled : built]
}

const bundled = join(packages, '..', '.setup', 'bundle', 'packages', 'drill', 'dist', 'cli', 'main.js')

/** Bundles are made from the build: one that is newer than the sources, beside a build that is, holds that build. */
function isNewerThanSources(file: string): boolean {
  const { mtimeMs = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {}
  return NAMES.every((name) => newest(join(packages, name, 'src')) < mtimeMs)
}

let fresh: boolean | null = null

function isFresh(): boolean {
  fresh ??= NAMES.every((name) => newest(join(packages, name, 'src')) < oldestBuild(name))
  return fresh
}

/** `tsc -b` touches its build record last, also when nothing had to be written. */
function oldestBuild(name: string): number {
  const records =
    name === 'simulator' ? ['dist/.tsbuildinfo', 'dist/server/.tsbuildinfo'] : ['dist/.tsbuildinfo']
  return Math.min(
    ...records.map(
      (record) => statSync(join(packages, name, record), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    ),
  )
}

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  return Math.max(...files.map((file) => statSync(join(folder, file)).mtimeMs))
}
