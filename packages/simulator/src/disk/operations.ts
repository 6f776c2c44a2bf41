import {
  compareUtf8,
  type FileStat,
  type FileSystemContract,
  invariant,
  OperatingError,
} from '@dr-drill/runbook-core'
import { CachedFile } from './cached-file.ts'
import { applyDamage, healDamage } from './damage.ts'
import { type DiskTree, exists, missing, type Place } from './disk-tree.ts'
import { directoryNode, fileNode, type Node, setAttributes } from './node.ts'
import { escapes, splitPath } from './path.ts'
import { type Actor, demand, demandOwnership, denied, may, ROOT } from './permissions.ts'

const MODE_BITS = 0o7777

/** What FileSystem's methods do to a tree on behalf of an actor; synchronous, no faults. */
export function operationsOn(tree: DiskTree, actor: Actor): FileSystemContract {
  return {
    ...inspections(tree, actor),
    ...contents(tree, actor),
    ...names(tree, actor),
    ...inodes(tree, actor),
  }
}

function inspections(
  tree: DiskTree,
  actor: Actor,
): Pick<FileSystemContract, 'stat' | 'list' | 'read' | 'space'> {
  return {
    stat({ path }) {
      const node = tree.look(actor, path)
      return node && statOf(node)
    },
    list({ path }) {
      const directory = tree.directory(actor, path)
      demand(actor, directory, 'read', path)
      return [...directory.entries]
        .map(([name, { type }]) => ({ name, type }))
        .sort((a, b) => compareUtf8(a.name, b.name))
    },
    read({ path, offset, length }) {
      invariant(offset >= 0 && length >= 0, 'a read starts and extends forwards')
      const file = tree.file(actor, path)
      demand(actor, file, 'read', path)
      const { content } = file.data
      if (tree.lendsBytes && file.damage.length === 0) return content.view(offset, length)
      const bytes = content.read(offset, length)
      applyDamage(file.damage, offset, bytes)
      return bytes
    },
    space({ path }) {
      // Asked of a file to be made as well: the device is the same as its parent's.
      splitPath(path)
      return { totalBytes: tree.capacityBytes, freeBytes: tree.freeBytes }
    },
  }
}

function contents(
  tree: DiskTree,
  actor: Actor,
): Pick<FileSystemContract, 'write' | 'truncate' | 'sync' | 'syncDirectory'> {
  return {
    write({ path, offset, bytes }) {
      invariant(offset >= 0, 'a write starts within or after the file')
      const file = tree.file(actor, path)
      demand(actor, file, 'write', path)
      const before = file.data.sizeBytes
      const end = offset + bytes.length
      const fits = tree.resize(before, Math.max(before, bytes.length === 0 ? 0 : end))
      const kept = fits ? bytes : bytes.subarray(0, Math.max(0, tree.sizeMax(before) - offset))
      // As a kernel does: what fits is written, then the call fails.
      if (!fits) tree.resize(before, Math.max(before, kept.length === 0 ? 0 : offset + kept.length))
      file.data.write(offset, kept)
      file.damage = healDamage(file.damage, offset, offset + kept.length)
      if (!fits) throw full(tree, path)
    },
    truncate({ path, sizeBytes }) {
      invariant(sizeBytes >= 0, 'a size is not negative')
      const file = tree.file(actor, path)
      demand(actor, file, 'write', path)
      // Growing this way makes a hole, which takes no blocks on a real disk; here it takes them, so that filling it cannot fail.
      if (!tree.resize(file.data.sizeBytes, sizeBytes)) throw full(tree, path)
      file.damage = healDamage(file.damage, sizeBytes, Number.MAX_SAFE_INTEGER)
      file.data.truncate(sizeBytes)
    },
    sync({ path }) {
      const file = tree.file(actor, path)
      if (!may(actor, file, 'read') && !may(actor, file, 'write')) throw denied(actor, 'may not open', path)
      file.data.sync()
      file.olderAttributes = []
    },
    syncDirectory({ path }) {
      const directory = tree.directory(actor, path)
      demand(actor, directory, 'read', path)
      tree.names.sync(directory)
      directory.olderAttributes = []
    },
  }
}

function names(
  tree: DiskTree,
  actor: Actor,
): Pick<FileSystemContract, 'create' | 'rename' | 'remove' | 'makeDirectory' | 'removeDirectory'> {
  const attributes = (mode: number) => ({
    mode: mode & MODE_BITS,
    owner: actor.user,
    group: actor.groups[0],
  })
  return {
    create({ path, mode }) {
      const place = tree.place(actor, path)
      if (place === null || place.node !== null) throw exists(path, `something is at ${path} already`)
      demand(actor, place.parent, 'write', path)
      link(tree, place, fileNode(attributes(mode), new CachedFile()))
    },
    rename({ from, to }) {
      const source = tree.place(actor, from)
      const target = tree.place(actor, to)
      if (source === null || target === null) throw refusedRoot(source === null ? from : to)
      if (source.node === null) throw missing(from, `nothing at ${from}`)
      demand(actor, source.parent, 'write', from)
      demand(actor, target.parent, 'write', to)
      if (target.node === source.node) return
      checkReplacement(source.node, target)
      tree.names.move(source.parent, source.name, target.parent, target.name, source.node)
      tree.link(target.parent, target.name, source.node)
      tree.unlink(source.parent, source.name)
    },
    remove({ path }) {
      const place = placeIfThere(tree, actor, path)
      if (place === null) return
      if (place.node?.type === 'directory') throw exists(path, `${path} is a directory`)
      unlink(tree, actor, place)
    },
    makeDirectory({ path, mode }) {
      const place = tree.place(actor, path)
      if (place === null || place.node?.type === 'directory') return
      if (place.node?.type === 'symlink') throw escapes(path, 'is a symbolic link')
      if (place.node !== null) throw exists(path, `${path} is not a directory`)
      demand(actor, place.parent, 'write', path)
      link(tree, place, directoryNode(attributes(mode), place.parent))
    },
    removeDirectory({ path }) {
      const place = placeIfThere(tree, actor, path)
      if (place === null) return
      if (place.node?.type !== 'directory') throw exists(path, `${path} is not a directory`)
      if (place.node.entries.size > 0) throw exists(path, `directory ${path} is not empty`)
      unlink(tree, actor, place)
    },
  }
}

function inodes(tree: DiskTree, actor: Actor): Pick<FileSystemContract, 'setMode' | 'setOwner'> {
  return {
    setMode({ path, mode }) {
      const node = tree.inode(actor, path)
      demandOwnership(actor, node, path)
      setAttributes(node, { ...node.attributes, mode: mode & MODE_BITS })
    },
    setOwner({ path, owner, group }) {
      const node = tree.inode(actor, path)
      if (actor.user !== ROOT.user) throw denied(actor, 'may not give away', path)
      setAttributes(node, { ...node.attributes, owner, group })
    },
  }
}

function link(tree: DiskTree, place: Place, node: Node): void {
  tree.names.link(place.parent, place.name, node)
  tree.link(place.parent, place.name, node)
}

function unlink(tree: DiskTree, actor: Actor, place: Place): void {
  demand(actor, place.parent, 'write', place.path)
  tree.names.unlink(place.parent, place.name)
  tree.unlink(place.parent, place.name)
}

/** The place of something to be removed; null when it, or a directory on the way, is missing already. */
function placeIfThere(tree: DiskTree, actor: Actor, path: string): Place | null {
  try {
    const place = tree.place(actor, path)
    if (place === null) throw refusedRoot(path)
    return place.node === null ? null : place
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'file-missing') return null
    throw error
  }
}

function checkReplacement(moved: Node, { path, parent, node }: Place): void {
  for (let above: Node | null = parent; above !== null; above = above.parent) {
    if (above === moved) {
      throw new OperatingError('input-invalid', `${path} lies within what would move there`, {
        subject: path,
      })
    }
  }
  if (node === null) return
  if ((node.type === 'directory') !== (moved.type === 'directory')) {
    throw exists(path, `${path} is of another type than what would replace it`)
  }
  if (node.type === 'directory' && node.entries.size > 0) throw exists(path, `directory ${path} is not empty`)
}

function statOf(node: Node): FileStat {
  return {
    type: node.type,
    sizeBytes: node.type === 'file' ? node.data.sizeBytes : 0,
    mode: node.attributes.mode,
    owner: node.attributes.owner,
    group: node.attributes.group,
  }
}

function full(tree: DiskTree, path: string): OperatingError {
  tree.onFull?.(path)
  return new OperatingError('disk-full', `no space left for ${path}`, { subject: path })
}

function refusedRoot(path: string): OperatingError {
  return new OperatingError('permission-denied', `the root directory itself stays (${path})`, {
    subject: path,
  })
}
