import {
  compareUtf8,
  type ListedObject,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import type { SimulatedDisk } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'

/** One bucket in memory, without network: keys to bytes. Conditional puts are honoured. */
export class MemoryStore {
  readonly objects: Map<string, Uint8Array>

  constructor(objects: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.objects = new Map(objects)
  }

  copy(): MemoryStore {
    return new MemoryStore(this.objects)
  }

  /** Key and digest of every object: equal for equal stores. */
  get image(): string {
    return this.keys.map((key) => `${key} ${nativeChecksums.sha256Hex(this.objects.get(key)!)}`).join('\n')
  }

  get keys(): string[] {
    return [...this.objects.keys()].sort(compareUtf8)
  }

  /** The port, for a host with this disk. Pages are short, so that every listing has several. */
  handlers(disk: SimulatedDisk): PortHandler<ObjectStoreContract> {
    const files = disk.handlers()
    return {
      list: (input) => this.#list(input),
      head: ({ key }) => {
        const bytes = this.objects.get(key)
        if (bytes === undefined) return null
        return { sizeBytes: bytes.length, etag: etagOf(bytes), versionId: null, lastModifiedAt: 0 }
      },
      get: ({ key, sizeBytesMax }) => {
        const bytes = this.#existing(key)
        if (bytes.length > sizeBytesMax) throw new OperatingError('input-too-large', `${key} is too large`)
        return { bytes, etag: etagOf(bytes), versionId: null }
      },
      download: ({ key, path, mode }) => {
        const bytes = this.#existing(key)
        if (files.stat({ path }) === null) files.create({ path, mode })
        files.truncate({ path, sizeBytes: 0 })
        files.write({ path, offset: 0, bytes })
        const sha256 = nativeChecksums.sha256Hex(bytes)
        return { sizeBytes: bytes.length, sha256, etag: etagOf(bytes), versionId: null }
      },
      put: ({ key, bytes, ifAbsent }) => this.#put(key, bytes, ifAbsent),
      upload: ({ key, path, ifAbsent, sha256 }) => {
        const sizeBytes = files.stat({ path })?.sizeBytes ?? 0
        const bytes = files.read({ path, offset: 0, length: sizeBytes })
        if (nativeChecksums.sha256Hex(bytes) !== sha256) {
          throw new OperatingError('object-corrupt', `${path} is not what was announced`)
        }
        return this.#put(key, bytes, ifAbsent)
      },
      versions: () => ({ versions: [], cursor: null }),
    }
  }

  #existing(key: string): Uint8Array {
    const bytes = this.objects.get(key)
    if (bytes === undefined) throw new OperatingError('object-missing', `no object ${key}`)
    return bytes
  }

  #put(key: string, bytes: Uint8Array, ifAbsent: boolean): { etag: string } {
    if (ifAbsent && this.objects.has(key)) throw new OperatingError('object-exists', `${key} is there`)
    this.objects.set(key, Uint8Array.from(bytes))
    return { etag: etagOf(bytes) }
  }

  #list(input: Parameters<ObjectStoreContract['list']>[0]): ReturnType<ObjectStoreContract['list']> {
    const after = input.cursor ?? input.startAfter ?? ''
    const limit = Math.min(input.limit ?? 3, 3)
    const objects: ListedObject[] = []
    const prefixes: string[] = []
    let last = after
    for (const key of this.keys) {
      if (!key.startsWith(input.prefix) || compareUtf8(key, after) <= 0) continue
      const group = groupOf(key, input.prefix, input.delimiter)
      if (group !== null && (after.startsWith(group) || prefixes.includes(group))) continue
      if (objects.length + prefixes.length === limit) return { objects, prefixes, cursor: last }
      if (group !== null) prefixes.push(group)
      else {
        const bytes = this.objects.get(key)!
        objects.push({ key, sizeBytes: bytes.length, etag: etagOf(bytes), lastModifiedAt: 0 })
      }
      last = group ?? key
    }
    return { objects, prefixes, cursor: null }
  }
}

function groupOf(key: string, prefix: string, delimiter: string | undefined): string | null {
  if (delimiter === undefined) return null
  const end = key.indexOf(delimiter, prefix.length)
  return end < 0 ? null : key.slice(0, end + delimiter.length)
}

const etagOf = (bytes: Uint8Array): string => `"${nativeChecksums.crc32(bytes)}"`
