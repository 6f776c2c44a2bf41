import { spawnSync } from 'node:child_process'
import { accessSync, chmodSync, chownSync, constants, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultRecord, RunEvent } from '@dr-drill/runbook-core'
import type { Account } from '../../../ports/processes/accounts.ts'
import type { MomentFault } from './moment-fault.ts'

/** Where placed files lie and who must be able to read them. */
export interface PlacedFiles {
  /** Host directory that is the recovery host's `/`. */
  readonly root: string
  /** Who services are; null: whoever runs the drill. */
  readonly account: Account | null
  /** Absolute paths of the recovery host that the run has put files into so far. */
  readonly roots: () => readonly string[]
}

/** `bad-permissions` on real files: once a step has succeeded, what was placed becomes unreadable for the service. */
export function badPermissionsOn(fault: FaultRecord, step: string, placed: PlacedFiles): MomentFault {
  let done = false
  return {
    fault,
    onEvent(event: RunEvent) {
      if (done || event.type !== 'step-succeeded' || event.step !== step) return null
      done = true
      return { order: 'before-event', act: async () => closeFiles(placed) }
    },
    end() {},
  }
}

function closeFiles({ root, account, roots }: PlacedFiles): string | null {
  const paths = roots().flatMap((path) => pathsBelow(join(root, path)))
  // The deepest first: a closed directory hides what is in it.
  for (const { path, isDirectory } of paths.toReversed()) {
    if (account !== null) chownSync(path, 0, 0)
    chmodSync(path, account === null ? 0 : isDirectory ? 0o700 : 0o600)
  }
  const files = paths.filter(({ isDirectory }) => !isDirectory)
  const [first] = files
  if (first === undefined || isReadable(first.path, account)) return null
  const whose = account === null ? 'mode 0000' : 'of root, mode 0600'
  return `${files.length} files below ${roots().join(', ')} are ${whose}: the service cannot read them`
}

function pathsBelow(path: string): { readonly path: string; readonly isDirectory: boolean }[] {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return []
  if (!stat.isDirectory()) return [{ path, isDirectory: false }]
  return [{ path, isDirectory: true }, ...readdirSync(path).flatMap((name) => pathsBelow(join(path, name)))]
}

/** Found out by trying, as the service would. */
function isReadable(path: string, account: Account | null): boolean {
  if (account === null) {
    try {
      accessSync(path, constants.R_OK)
      return true
    } catch {
      return false
    }
  }
  const script = 'require("node:fs").openSync(process.argv[1])'
  const tried = spawnSync(process.execPath, ['-e', script, '--', path], { ...account, cwd: '/', env: {} })
  return tried.status === 0
}
