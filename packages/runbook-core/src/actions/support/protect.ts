import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem } from '../../ports/index.ts'
import type { ActionContext } from '../define-action.ts'
import { walk } from './files.ts'

/** Who may do what with placed data: exact owner and modes, nothing wider (D93, I12). */
export interface Protection {
  readonly owner: string
  readonly group: string
  readonly directoryMode: number
  readonly fileMode: number
}

/**
 * Brings roots and all below them to exact owner and modes and says what had to be mended. Only what differs is touched (D94).
 * Without the capability `chown` owners are left alone: the target said so beforehand.
 * @throws permission-denied when it cannot be mended; data-in-the-way for anything but files and directories
 */
export function* protect(
  roots: readonly string[],
  wanted: Protection,
  context: ActionContext,
): Task<readonly string[]> {
  const mended: string[] = []
  for (const root of roots) {
    if (yield* protectOne(root, wanted, context)) mended.push(root)
    for (const entry of yield* walk(root)) {
      if (yield* protectOne(entry.path, wanted, context)) mended.push(entry.path)
    }
  }
  return mended
}

function* protectOne(path: string, wanted: Protection, context: ActionContext): Task<boolean> {
  const stat = yield* FileSystem.stat({ path })
  if (stat === null) throw new OperatingError('file-missing', `${path} is not there`, { subject: path })
  if (stat.type !== 'file' && stat.type !== 'directory') {
    throw new OperatingError(
      'data-in-the-way',
      `${path} is a ${stat.type}: data holds files and directories only`,
      {
        subject: path,
      },
    )
  }
  const mode = stat.type === 'directory' ? wanted.directoryMode : wanted.fileMode
  const chowns =
    context.capabilities.has('chown') && (stat.owner !== wanted.owner || stat.group !== wanted.group)
  const chmods = stat.mode !== mode
  if (chowns) yield* FileSystem.setOwner({ path, owner: wanted.owner, group: wanted.group })
  if (chmods) yield* FileSystem.setMode({ path, mode })
  if (!chowns && !chmods) return false
  yield* stat.type === 'directory' ? FileSystem.syncDirectory({ path }) : FileSystem.sync({ path })
  return true
}
