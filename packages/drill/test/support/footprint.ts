import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { isAlive } from './processes.ts'

/** Ids of the processes that belong to a directory: it stands in their arguments, their environment, or they work in it. */
export function processesOf(directory: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && isAlive(pid) && tracesOf(pid).includes(directory))
}

function tracesOf(pid: number): string {
  const read = (look: () => string): string => {
    try {
      return look()
    } catch {
      return ''
    }
  }
  return [
    read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
    read(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
    read(() => readlinkSync(`/proc/${pid}/cwd`)),
  ].join('\n')
}

/** A socket that takes connections: its port, and the inode that tells it from a later one at the same port. */
export interface Listener {
  readonly port: number
  readonly inode: string
}

/** Every TCP socket of this machine on IPv4, in one state of those that the kernel tells. */
function socketsIn(state: '0A' | '01'): Listener[] {
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === state)
    .map(([, local = '', , , , , , , , inode = '']) => {
      return { port: Number.parseInt(local.split(':')[1] ?? '', 16), inode }
    })
}

const listeners = (): Listener[] => socketsIn('0A')

/** True when the connection whose own port is this one was made by one of these processes. */
export function isConnectedBy(port: number, pids: readonly number[]): boolean {
  const inodes = new Set(pids.flatMap(socketsOf))
  return socketsIn('01').some((socket) => socket.port === port && inodes.has(socket.inode))
}

/** On what these processes listen. */
export function listenersOf(pids: readonly number[]): Listener[] {
  const inodes = new Set(pids.flatMap(socketsOf))
  return listeners().filter(({ inode }) => inodes.has(inode))
}

/** True when none of these sockets listens any more: whatever answers at their ports now is somebody else's. */
export function areGone(gone: readonly Listener[]): boolean {
  const inodes = new Set(gone.map(({ inode }) => inode))
  return !listeners().some(({ inode }) => inodes.has(inode))
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? []
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

/** Every file below a directory: its path from there, and the digest of its bytes. */
export function digestsBelow(directory: string): ReadonlyMap<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  return new Map(paths.map((path) => [relative(directory, path), digestOf(path)]))
}

const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
