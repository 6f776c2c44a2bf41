import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OperatingError } from '@dr-drill/runbook-core'

/** Whom a directory's content may come from. */
export interface Trusted {
  readonly users: ReadonlySet<number>
  readonly groups: ReadonlySet<number>
}

const STICKY = 0o1000
const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002

/**
 * Refuses a directory that somebody else prepared or could still alter: a run's directory decides what is executed and what is
 * removed, as whoever runs the drill. Trusted are that user, root, and those who own the drill's own files (they could alter the
 * program instead). Every parent counts, since its owner can put another directory in place. @throws usage-invalid
 */
export function requireOwn(directory: string, trusted: Trusted | null = trustedHere()): void {
  if (trusted === null) return
  const own = realpathSync(directory)
  for (const path of upwards(own)) {
    const why = objection(path, trusted, path !== own)
    if (why === null) continue
    throw new OperatingError('usage-invalid', `${own} is not only yours: ${path} ${why}`, {
      subject: own,
      hint: 'Use a directory of your own that no other user may write to, nor to any directory above it.',
    })
  }
}

function objection(path: string, { users, groups }: Trusted, isParent: boolean): string | null {
  const { uid, gid, mode } = statSync(path)
  if (!users.has(uid)) return `belongs to the user ${uid}`
  // In a sticky directory, such as /tmp, only owners rename and remove what is theirs.
  if (isParent && (mode & STICKY) !== 0) return null
  if ((mode & OTHERS_WRITE) !== 0) return 'may be written to by everybody'
  if ((mode & GROUP_WRITES) !== 0 && !groups.has(gid)) return `may be written to by the group ${gid}`
  return null
}

function upwards(path: string): readonly string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [path, ...upwards(parent)]
}

/** Null where the program itself lies open to everybody: nothing is safe there, and nothing is gained by refusing. */
function trustedHere(): Trusted | null {
  const program = upwards(dirname(realpathSync(fileURLToPath(import.meta.url)))).map((path) => statSync(path))
  const isOpen = program.some(({ mode }) => (mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0)
  if (isOpen) return null
  return {
    users: new Set([0, process.geteuid?.() ?? 0, ...program.map(({ uid }) => uid)]),
    groups: new Set([0, process.getegid?.() ?? 0, ...program.map(({ gid }) => gid)]),
  }
}
