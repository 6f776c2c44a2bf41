import { type FileSystemContract, invariant, type RunningDigest } from '@dr-drill/runbook-core'
import type { RandomStream } from '../kernel/random-stream.ts'
import { CachedFile } from './cached-file.ts'
import { Content } from './content.ts'
import type { Damage } from './damage.ts'
import { DiskTree, type Place } from './disk-tree.ts'
import type { DiskFault, DiskVerdict } from './fault.ts'
import { bytesOf, dropDirtyPages, loseWrite, misdirect, type WriteInput } from './fault-effects.ts'
import { forkTree } from './fork.ts'
import { digestTree } from './image.ts'
import { type Attributes, directoryNode, fileNode, type Node } from './node.ts'
import { operationsOn } from './operations.ts'
import { type Actor, may, ROOT } from './permissions.ts'
import { drawStyle, losePower, type PowerLossStyle } from './power-loss.ts'

/** Whom placed files belong to when nothing else is said. */
const PLACED: Attributes = { mode: 0o644, owner: 'root', group: 'root' }

/** Handlers of the port FileSystem that answer at once: usable as a port and, in tests and oracles, by hand. */
export type SynchronousFileSystem = { readonly [M in keyof FileSystemContract]: FileSystemContract[M] }

/** What a disk is made with. */
export interface SimulatedDiskOptions {
  readonly capacityBytes?: number
  /**
   * Reads answer with the very bytes that lie there, the same array for the same range, instead of a copy of the reader's own. For
   * worlds in which no reader ever changes what it read.
   */
  readonly lendsBytes?: boolean
}

/**
 * A disk in memory with the promises of a real one and no more: contents are durable after `sync`, names after `syncDirectory`, and
 * `powerLoss` draws what is left of all else. Real bytes; no time passes in it (wrap its handlers for latency).
 */
export class SimulatedDisk {
  readonly #tree: DiskTree
  #faults: DiskFault[] = []
  #counts = new Map<string, number>()
  /** Made once per actor: ports that fill files come here for each of them. */
  readonly #operations = new Map<Actor, FileSystemContract>()

  constructor(options: SimulatedDiskOptions = {}, tree?: DiskTree) {
    this.#tree = tree ?? new DiskTree(options.capacityBytes ?? Number.MAX_SAFE_INTEGER)
    if (options.lendsBytes === true) this.#tree.lendsBytes = true
  }

  /** Handlers of the port FileSystem for one acting account; several may act on the same disk. */
  handlers(actor: Actor = ROOT): SynchronousFileSystem {
    const operations = operationsOn(this.#tree, actor)
    const guarded: Record<string, unknown> = {}
    for (const method of Object.keys(operations) as (keyof FileSystemContract)[]) {
      const operation = operations[method] as (input: unknown) => unknown
      guarded[method] = (input: { readonly path?: string; readonly from?: string }) => {
        const verdict = this.#meetFaults(method, input.path ?? input.from ?? '/')
        return verdict === 'perform' ? operation(input) : this.#fall(verdict, operations, input as WriteInput)
      }
    }
    return guarded as unknown as SynchronousFileSystem
  }

  /** What root would find without any fault of calls. Nobody sees it asked. */
  get plainHandlers(): SynchronousFileSystem {
    return this.#operationsOf(ROOT) as SynchronousFileSystem
  }

  #meetFaults(method: keyof FileSystemContract, path: string): DiskVerdict {
    const ordinal = this.#counts.get(method) ?? 0
    this.#counts.set(method, ordinal + 1)
    let verdict: DiskVerdict = 'perform'
    for (const fault of this.#faults) {
      const met = fault.meets({ method, path, ordinal })
      if (verdict === 'perform') verdict = met
    }
    return verdict
  }

  /** What becomes of a call that a fault has met. */
  #fall(verdict: DiskVerdict, operations: FileSystemContract, input: WriteInput): void {
    if (verdict === 'pretend') return
    if (verdict === 'drop') dropDirtyPages(this.#tree, input.path)
    loseWrite(operations, input)
    if (typeof verdict === 'object') misdirect(this.#tree, verdict, input.bytes)
  }

  /** The power fails: the cache is gone, and what was not fsynced is there, gone or torn as drawn. Answers the style drawn. */
  powerLoss(random: RandomStream, style: PowerLossStyle = drawStyle(random.split('style'))): PowerLossStyle {
    losePower(this.#tree, style, random)
    return style
  }

  /**
   * A process that used the disk dies. The cache belongs to the kernel, so nothing is lost and nothing becomes durable: what another
   * process reads next is what the dead one wrote. Named beside `powerLoss` so that a world's two ways to die read alike.
   */
  processDeath(): void {}

  /** An independent disk in the same state, faults and their counters included; bytes are shared until either writes. */
  fork(): SimulatedDisk {
    const copy = new SimulatedDisk({}, forkTree(this.#tree))
    copy.#faults = this.#faults.map((fault) => fault.fork())
    copy.#counts = new Map(this.#counts)
    return copy
  }

  /** Adds a fault; later ones meet an operation after earlier ones. */
  addFault(fault: DiskFault): void {
    this.#faults.push(fault)
  }

  removeFault(fault: DiskFault): void {
    this.#faults = this.#faults.filter((other) => other !== fault)
  }

  /** Lets bytes of a file rot: reads return them with the mask's bits flipped, `pristine` does not. @throws file-missing */
  damage(path: string, damage: Damage): void {
    const file = this.#tree.file(ROOT, path)
    invariant(damage.mask.length > 0, 'damage covers at least one byte')
    file.damage = [...file.damage, damage]
  }

  /** The whole bytes of a file as they were written, whatever has rotted since. @throws file-missing */
  pristine(path: string): Uint8Array {
    const { content } = this.#tree.file(ROOT, path).data
    return content.read(0, content.sizeBytes)
  }

  /** The immutable blob behind a file that was placed from one, has not been written and has not rotted; else null. @throws file-missing */
  blobOf(path: string): Uint8Array | null {
    const file = this.#tree.file(ROOT, path)
    return file.damage.length > 0 ? null : file.data.content.blob
  }

  /**
   * Writes a whole file from a blob without copying it, as an actor: made when missing, emptied and given the mode when there, not
   * synced. For ports that fill files (a download); the caller never changes the blob again. Faults meet it as they meet the calls
   * that it stands for. @throws as create, truncate, setMode and write do
   */
  writeBlob(
    actor: Actor,
    input: { readonly path: string; readonly mode: number; readonly blob: Uint8Array },
  ): void {
    const { path, mode, blob } = input
    const operations = this.#operationsOf(actor)
    if (operations.stat({ path }) === null) {
      if (this.#meetFaults('create', path) === 'perform') operations.create({ path, mode })
    } else {
      if (this.#meetFaults('truncate', path) === 'perform') operations.truncate({ path, sizeBytes: 0 })
      if (this.#meetFaults('setMode', path) === 'perform') operations.setMode({ path, mode })
    }
    if (blob.length === 0) return
    const verdict = this.#meetFaults('write', path)
    if (verdict !== 'perform') {
      this.#fall(verdict, operations, { path, offset: 0, bytes: blob })
      return
    }
    const file = this.#tree.file(actor, path)
    const isWhole = file.data.sizeBytes === 0 && may(actor, file, 'write')
    if (isWhole && this.#tree.resize(0, blob.length)) file.data.replace(blob)
    else operations.write({ path, offset: 0, bytes: blob })
  }

  #operationsOf(actor: Actor): FileSystemContract {
    const known = this.#operations.get(actor)
    if (known !== undefined) return known
    const made = operationsOn(this.#tree, actor)
    this.#operations.set(actor, made)
    return made
  }

  /**
   * The whole bytes of a file as an actor reads them, without copying them when they are a blob nobody wrote to. Whoever asks never
   * changes them. Faults meet it as they meet a read. @throws as read does
   */
  readBlob(actor: Actor, path: string): Uint8Array {
    const operations = this.#operationsOf(actor)
    this.#meetFaults('read', path)
    const file = this.#tree.file(actor, path)
    const blob = file.damage.length > 0 ? null : file.data.content.blob
    if (blob !== null && may(actor, file, 'read')) return blob
    return operations.read({ path, offset: 0, length: file.data.sizeBytes })
  }

  /**
   * Puts a file there, durable at once, with missing directories above it, without copying: the caller never changes the blob again.
   * For worlds that are set up; replaces a file of that name.
   */
  place(path: string, blob: Uint8Array, attributes: Partial<Attributes> = {}): void {
    const file = fileNode({ ...PLACED, ...attributes }, new CachedFile(Content.adopt(blob)))
    const held = this.#plant(path, file)
    invariant(held === null || held.type === 'file', `${path} is not a file`)
  }

  /** Puts a symbolic link there, as an attacker or a careless operator would; no operation follows it. */
  plantSymlink(path: string, target: string): void {
    const node: Node = {
      type: 'symlink',
      target,
      attributes: { ...PLACED, mode: 0o777 },
      olderAttributes: [],
    }
    invariant(this.#plant(path, node) === null, `something is at ${path} already`)
  }

  #plant(path: string, node: Node): Node | null {
    const names = path.split('/').filter((name) => name !== '')
    for (let depth = 1; depth < names.length; depth += 1) {
      const above = this.#tree.place(ROOT, `/${names.slice(0, depth).join('/')}`) as Place
      if (above.node === null) this.#settle(above, directoryNode({ ...PLACED, mode: 0o755 }, above.parent))
    }
    const place = this.#tree.place(ROOT, path) as Place
    this.#settle(place, node)
    return place.node
  }

  #settle({ parent, name }: Place, node: Node): void {
    this.#tree.names.settle(parent, name, node)
    this.#tree.link(parent, name, node)
  }

  /**
   * Somebody else takes space until so many bytes are free; `onFull` is told of each path for which none was left. The function
   * returned gives the space back.
   */
  takeSpace(freeBytes: number, onFull: (path: string) => void): () => void {
    const tree = this.#tree
    const taken = Math.max(0, tree.freeBytes - freeBytes)
    tree.takenBytes += taken
    tree.onFull = onFull
    return () => {
      tree.takenBytes -= taken
      if (tree.takenBytes === 0) tree.onFull = null
    }
  }

  /** Bytes of all files below a directory; 0 when there is none. Nobody sees it asked. */
  bytesBelow(path: string): number {
    return operationsOn(this.#tree, ROOT).stat({ path }) === null
      ? 0
      : bytesOf(this.#tree.find(ROOT, path) as Node)
  }

  /** Of a file that was arriving only such a part, from 0 to 1, had come. Nothing is done where there is none; nobody sees it asked. */
  keepPart(path: string, part: number): void {
    const operations = operationsOn(this.#tree, ROOT)
    const stat = operations.stat({ path })
    if (stat?.type === 'file') operations.truncate({ path, sizeBytes: Math.floor(stat.sizeBytes * part) })
  }

  /** Files below a directory that are read as other bytes than were written. Nobody sees it asked. */
  damagedBelow(path: string): readonly string[] {
    const files = this.#operationsOf(ROOT)
    const stat = files.stat({ path })
    if (stat === null) return []
    if (stat.type === 'directory')
      return files.list({ path }).flatMap(({ name }) => this.damagedBelow(`${path}/${name}`))
    return stat.type === 'file' && this.#tree.file(ROOT, path).damage.length > 0 ? [path] : []
  }

  /** Bytes that are free. */
  get freeBytes(): number {
    return this.#tree.freeBytes
  }

  /** Bytes in use, in whole blocks. */
  get usedBytes(): number {
    return this.#tree.usedBytes
  }

  /** A digest of everything that can still matter: cached and durable trees, bytes, versions, attributes, damage. */
  image(digest: RunningDigest): string {
    return digestTree(this.#tree, digest)
  }
}
