import { closeSync, constants, existsSync, fchmodSync, fchownSync, lstatSync, openSync } from 'node:fs'
import { type FileSystemContract, invariant, OperatingError, type PortHandler } from '@dr-drill/runbook-core'
import { type AccountNames, type Accounts, accountNames } from './accounts.ts'
import { readFully, readInto, syncDescriptor, truncateDescriptor, writeFully } from './descriptor-io.ts'
import { closeAfter, openRegular } from './descriptors.ts'
import { mapFileError } from './map-error.ts'
import { directoryHandlers } from './names.ts'
import { OpenFiles } from './open-files.ts'
import { ReadPasses } from './read-passes.ts'
import { normalPath, withParent } from './rooted-path.ts'

/** Where a file system is rooted and to whom new files belong. */
export interface NodeFileSystemOptions {
  /** An existing directory of the host; every path of the port means a path below it. */
  readonly root: string
  /** New files and directories are given to this user (needs the right to change owners); default: the process's own. */
  readonly user?: { readonly uid: number; readonly gid: number }
  /** Names beyond the host's own accounts, for service users that exist on the target only. */
  readonly accounts?: Accounts
  /** False: syncs do nothing. For throw-away worlds, which may be lost with the machine; default true. */
  readonly durable?: boolean
  /** Descriptors of written files kept open, default 32. */
  readonly openFilesMax?: number
}

/** FileSystem handlers for the asynchronous driver. */
export type NodeFileSystem = PortHandler<FileSystemContract> & {
  /** Closes the descriptors kept open; the handlers remain usable. */
  close(): void
}

/** What the handlers share. */
export interface NodeFileSystemState {
  readonly root: string
  readonly user: { readonly uid: number; readonly gid: number } | null
  readonly names: AccountNames
  readonly openFiles: OpenFiles
  readonly readPasses: ReadPasses
  readonly durable: boolean
}

/**
 * The FileSystem port on this host's disk, confined to `root`: parents are walked by descriptor and symlinks are refused with
 * `path-escapes-root`, also against a racing process. Calls that move bytes or wait for the device are asynchronous; calls on
 * names are synchronous. Names that are not UTF-8 are listed with U+FFFD and cannot be opened. Linux only (`/proc` is needed).
 * @throws environment-lacking without `/proc`
 */
export function nodeFileSystem(options: NodeFileSystemOptions): NodeFileSystem {
  if (!existsSync('/proc/self/fd')) {
    throw new OperatingError(
      'environment-lacking',
      '/proc is not mounted: files cannot be reached safely without it',
    )
  }
  const state: NodeFileSystemState = {
    root: options.root,
    user: options.user ?? null,
    names: accountNames(options.accounts),
    openFiles: new OpenFiles(options.openFilesMax ?? 32),
    readPasses: new ReadPasses(),
    durable: options.durable ?? true,
  }
  return {
    ...directoryHandlers(state),
    ...contentHandlers(state),
    close() {
      state.openFiles.close()
      state.readPasses.close()
    },
  }
}

type ContentMethod = 'read' | 'create' | 'write' | 'truncate' | 'sync'

function contentHandlers(state: NodeFileSystemState): Pick<PortHandler<FileSystemContract>, ContentMethod> {
  return {
    read: (input) => told(input.path, 'read', () => readFile(state, input)),
    create({ path, mode }) {
      try {
        withParent(state.root, path, (host) => createFile(state, host, path, mode))
      } catch (thrown) {
        throw mapFileError(thrown, path, 'create')
      }
    },
    write: ({ path, offset, bytes }) =>
      told(path, 'write', () =>
        useWritten(state, path, (descriptor) => writeFully(descriptor, offset, bytes)),
      ),
    truncate: ({ path, sizeBytes }) =>
      told(path, 'truncate', () =>
        useWritten(state, path, (descriptor) => truncateDescriptor(descriptor, sizeBytes)),
      ),
    sync: ({ path }) => told(path, 'sync', () => syncFile(state, path)),
  }
}

type ReadInput = Parameters<FileSystemContract['read']>[0]

async function readFile(
  { root, readPasses }: NodeFileSystemState,
  { path, offset, length, into }: ReadInput,
): Promise<Uint8Array> {
  const open = (): number => withParent(root, path, (host) => openRegular(host, constants.O_RDONLY, path))
  if (into === undefined) {
    const descriptor = open()
    return await closeAfter(descriptor, () => readFully(descriptor, offset, length))
  }
  invariant(into.length >= length, 'the memory lent for a read holds what is asked for')
  const name = normalPath(path)
  const descriptor = readPasses.take(into.buffer, name, offset) ?? open()
  let bytes: Uint8Array
  try {
    bytes = await readInto(descriptor, offset, into.subarray(0, length))
  } catch (thrown) {
    closeSync(descriptor)
    throw thrown
  }
  if (bytes.length < length) closeSync(descriptor)
  else readPasses.keep(into.buffer, { path: name, descriptor, offset: offset + length })
  return bytes
}

function createFile(state: NodeFileSystemState, host: string, path: string, mode: number): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  // Closed to others until the owner and the exact mode (the umask would narrow it) are set.
  const descriptor = openSync(host, flags, 0o600)
  try {
    if (state.user !== null) fchownSync(descriptor, state.user.uid, state.user.gid)
    fchmodSync(descriptor, mode & 0o7777)
  } catch (thrown) {
    closeSync(descriptor)
    throw thrown
  }
  state.openFiles.add(normalPath(path), descriptor)
}

/** Runs `use` with the shared descriptor of a file that exists and is written. */
function useWritten<A>(
  state: NodeFileSystemState,
  path: string,
  use: (descriptor: number) => Promise<A>,
): Promise<A> {
  return withParent(state.root, path, (host) => {
    const found = lstatSync(host, { bigint: true, throwIfNoEntry: false }) ?? null
    return state.openFiles.use(
      normalPath(path),
      found,
      () => openRegular(host, constants.O_WRONLY, path),
      use,
    )
  })
}

/** Whoever may only read a file may still have it made durable: a hardened unit sees what it does not own as read-only. */
async function syncFile(state: NodeFileSystemState, path: string): Promise<void> {
  const sync = state.durable ? syncDescriptor : async () => {}
  try {
    await useWritten(state, path, sync)
  } catch (thrown) {
    if (!UNWRITABLE.has((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown
    const descriptor = withParent(state.root, path, (host) => openRegular(host, constants.O_RDONLY, path))
    await closeAfter(descriptor, () => sync(descriptor))
  }
}

const UNWRITABLE: ReadonlySet<string> = new Set(['EROFS', 'EACCES'])

/** Runs a call and tells its failure as an operating error. */
async function told<A>(path: string, action: string, call: () => Promise<A>): Promise<A> {
  try {
    return await call()
  } catch (thrown) {
    throw mapFileError(thrown, path, action)
  }
}
