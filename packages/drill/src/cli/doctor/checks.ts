import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type DoctorCheck, lacking, ok } from './doctor-check.ts'

/** Oldest Node that every part runs on. */
const NODE_MIN: readonly [number, number] = [22, 22]
/** A run of the built-in world needs about a tenth of this. */
const FREE_BYTES_MIN = 1024 * 1024 * 1024

/** What `local` needs: Linux, Node, /proc, a folder to write in, room, a loopback port. No root, no Docker. */
export async function localChecks(directory: string): Promise<DoctorCheck[]> {
  return [platform(), node(), proc(), writable(directory), room(directory), await loopback(), superuser()]
}

/** What `sim` needs: Node, and a folder for the evidence. Everything else is in the world. */
export function simChecks(directory: string): DoctorCheck[] {
  return [node(), writable(directory)]
}

/** What `containers` needs of this machine besides its engine. */
export function containersHostChecks(directory: string): DoctorCheck[] {
  return [platform(), node(), writable(directory), room(directory)]
}

function platform(): DoctorCheck {
  const title = 'Operating system'
  if (process.platform === 'linux') return ok('platform', title, `linux ${process.arch}`)
  return lacking(
    'platform',
    title,
    `${process.platform}: real targets run on Linux only`,
    'Run on Linux, or in a Linux virtual machine; lint and plan work anywhere.',
  )
}

function node(): DoctorCheck {
  const title = 'Node.js'
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isNew = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
  if (isNew) return ok('node', title, process.versions.node)
  return lacking(
    'node',
    title,
    `${process.versions.node} is older than ${NODE_MIN.join('.')}`,
    'Start it through ./drill, which brings its own Node; or install a newer one.',
  )
}

function proc(): DoctorCheck {
  const title = '/proc'
  if (existsSync('/proc/self/fd')) return ok('proc', title, 'mounted')
  return lacking('proc', title, 'not mounted', 'mount -t proc proc /proc')
}

function writable(directory: string): DoctorCheck {
  const title = 'Working folder'
  try {
    const probe = mkdtempSync(join(directory, '.drill-doctor-'))
    rmSync(probe, { recursive: true })
    return ok('writable', title, `${directory} can be written`)
  } catch {
    return lacking(
      'writable',
      title,
      `${directory} cannot be written`,
      'Change into a folder of yours, or pass --out DIR to run.',
    )
  }
}

function room(directory: string): DoctorCheck {
  const { bavail, bsize } = statfsSync(directory)
  const freeBytes = bavail * bsize
  const detail = `${Math.floor(freeBytes / 1024 / 1024)} MiB free`
  if (freeBytes >= FREE_BYTES_MIN) return ok('room', 'Disk space', detail)
  return lacking(
    'room',
    'Disk space',
    `${detail}, 1024 MiB wanted`,
    'Free space (`drill clean --all` removes kept runs), or pass --out DIR on a larger disk.',
  )
}

function loopback(): Promise<DoctorCheck> {
  const title = 'Loopback ports'
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', (error: NodeJS.ErrnoException) =>
      resolve(
        lacking(
          'loopback',
          title,
          `cannot listen on 127.0.0.1: ${error.code ?? error.message}`,
          'ip link set lo up',
        ),
      ),
    )
    server.listen(0, '127.0.0.1', () => {
      server.close(() => resolve(ok('loopback', title, '127.0.0.1 gives ephemeral ports')))
    })
  })
}

function superuser(): DoctorCheck {
  const isRoot = process.geteuid?.() === 0
  return {
    id: 'superuser',
    title: 'Changing owners',
    status: 'info',
    detail: isRoot
      ? 'running as root: services run under an unprivileged uid and own what is placed'
      : 'not root: changing owners is not exercised',
    fix: null,
  }
}
