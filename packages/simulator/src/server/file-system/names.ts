import {
  chmodSync,
  chownSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  type Stats,
  statfsSync,
  unlinkSync,
} from 'node:fs'
import {
  compareUtf8,
  type FileStat,
  type FileSystemContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import { syncDescriptor } from './descriptor-io.ts'
import { closeAfter, openDirectory } from './descriptors.ts'
import { errnoOf, mapFileError } from './map-error.ts'
import type { NodeFileSystemState } from './node-file-system.ts'
import { escapes, namesOf, normalPath, O_PATH, withParent } from './rooted-path.ts'

type NameMethod = Exclude<keyof FileSystemContract, 'read' | 'create' | 'write' | 'truncate' | 'sync'>

/** The handlers that concern names, directories and attributes. */
export function directoryHandlers(
  state: NodeFileSystemState,
): Pick<PortHandler<FileSystemContract>, NameMethod> {
  const at = <A>(path: string, action: string, use: (host: string) => A): A => {
    try {
      return withParent(state.root, path, use)
    } catch (thrown) {
      throw mapFileError(thrown, path, action)
    }
  }
  return {
    stat: ({ path }) => missingIs(null, () => at(path, 'stat', (host) => fileStat(state, lstatSync(host)))),
    list: ({ path }) => at(path, 'list', (host) => listDirectory(host, path)),
    syncDirectory: async ({ path }) => {
      const descriptor = at(path, 'sync', (host) => openDirectory(host, path))
      try {
        await closeAfter(descriptor, async () => {
          if (state.durable) await syncDescriptor(descriptor)
        })
      } catch (thrown) {
        throw mapFileError(thrown, path, 'sync')
      }
    },
    rename({ from, to }) {
      at(from, 'rename', (host) => at(to, 'rename to', (target) => renameSync(host, target)))
      state.openFiles.forget(normalPath(from))
      state.openFiles.forget(normalPath(to))
    },
    remove({ path }) {
      missingIs(undefined, () => at(path, 'remove', (host) => unlinkSync(host)))
      state.openFiles.forget(normalPath(path))
      state.readPasses.forget(normalPath(path))
    },
    makeDirectory: ({ path, mode }) => at(path, 'make', (host) => makeDirectory(state, host, path, mode)),
    removeDirectory({ path }) {
      missingIs(undefined, () => at(path, 'remove', (host) => rmdirSync(host)))
    },
    setMode: ({ path, mode }) =>
      at(path, 'change the mode of', (host) =>
        withInode(host, path, (inode) => chmodSync(inode, mode & 0o7777)),
      ),
    setOwner({ path, owner, group }) {
      const uid = state.names.userId(owner)
      const gid = state.names.groupId(group)
      at(path, 'change the owner of', (host) => withInode(host, path, (inode) => chownSync(inode, uid, gid)))
    },
    space: ({ path }) => space(state.root, path),
  }
}

function missingIs<A, B>(absent: B, call: () => A): A | B {
  try {
    return call()
  } catch (thrown) {
    if (thrown instanceof OperatingError && thrown.code === 'file-missing') return absent
    throw thrown
  }
}

function fileStat(state: NodeFileSystemState, stats: Stats): FileStat {
  return {
    type: typeOf(stats),
    sizeBytes: stats.size,
    mode: stats.mode & 0o7777,
    owner: state.names.userName(stats.uid),
    group: state.names.groupName(stats.gid),
  }
}

function typeOf(entry: Stats | Dirent): FileStat['type'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  return entry.isSymbolicLink() ? 'symlink' : 'other'
}

function listDirectory(host: string, path: string): { name: string; type: FileStat['type'] }[] {
  const descriptor = openDirectory(host, path)
  return closeAfter(descriptor, () =>
    readdirSync(`/proc/self/fd/${descriptor}`, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, type: typeOf(entry) }))
      .sort((a, b) => compareUtf8(a.name, b.name)),
  )
}

function makeDirectory(state: NodeFileSystemState, host: string, path: string, mode: number): void {
  try {
    mkdirSync(host, 0o700)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown
    const stats = lstatSync(host)
    if (stats.isDirectory()) return
    throw stats.isSymbolicLink() ? escapes(path, 'is a symlink') : thrown
  }
  withInode(host, path, (inode) => {
    if (state.user !== null) chownSync(inode, state.user.uid, state.user.gid)
    chmodSync(inode, mode & 0o7777)
  })
}

/** A name for the inode itself, by which attributes can be set even on what may not be opened, and never through a symlink. */
function withInode(host: string, path: string, use: (inode: string) => void): void {
  const descriptor = openSync(host, O_PATH | constants.O_NOFOLLOW)
  closeAfter(descriptor, () => {
    if (fstatSync(descriptor).isSymbolicLink()) throw escapes(path, 'is a symlink')
    use(`/proc/self/fd/${descriptor}`)
  })
}

/** The device of the path, or of its nearest parent that exists. */
function space(root: string, path: string): { totalBytes: number; freeBytes: number } {
  const names = namesOf(path)
  for (let depth = names.length; ; depth -= 1) {
    const nearest = `/${names.slice(0, depth).join('/')}`
    try {
      return withParent(root, nearest, (host) => {
        const descriptor = openSync(host, O_PATH | constants.O_NOFOLLOW)
        return closeAfter(descriptor, () => {
          const { bsize, blocks, bavail } = statfsSync(`/proc/self/fd/${descriptor}`)
          return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
        })
      })
    } catch (thrown) {
      const error = mapFileError(thrown, nearest, 'measure')
      if (depth === 0 || !(error instanceof OperatingError) || error.code !== 'file-missing') throw error
    }
  }
}
