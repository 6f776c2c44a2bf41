import type { SimulatedDisk } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'

export const BUCKET = 'stemedb-backups-prod'
const OBJECTS = `/buckets/${BUCKET}/objects`

/** An object as it lies on the disk of the embedded S3: bytes and record (docs/s3-storage.md). */
export interface StoredObject {
  readonly key: string
  readonly bytesPath: string
  readonly recordPath: string
}

interface S3Record {
  sizeBytes: number
  etag: string
  versionId: string
  checksum: { algorithm: string; type: string; value: string } | null
}

/** The files of a bucket, to be damaged by hand. Every change replaces a whole file, so forks of the disk share the rest. */
export class Bucket {
  readonly disk: SimulatedDisk
  readonly #objects: Map<string, StoredObject>
  readonly #someRecord: Uint8Array

  constructor(disk: SimulatedDisk) {
    this.disk = disk
    this.#objects = new Map(
      [...walk(disk, OBJECTS)]
        .filter((path) => /@[0-9a-f]{32}$/.test(path))
        .map((bytesPath) => {
          const key = bytesPath.slice(OBJECTS.length + 1, bytesPath.lastIndexOf('@'))
          return [key, { key, bytesPath, recordPath: `${bytesPath}.json` }]
        }),
    )
    const [first] = this.#objects.values()
    this.#someRecord = disk.pristine(first?.recordPath ?? '')
  }

  /** Keys of objects that are all there, sorted. */
  get keys(): readonly string[] {
    return [...this.#objects.keys()].sort()
  }

  of(key: string): StoredObject {
    const object = this.#objects.get(key)
    if (object === undefined) throw new Error(`no object ${key}`)
    return object
  }

  bytes(key: string): Uint8Array {
    return this.disk.pristine(this.of(key).bytesPath)
  }

  /** Other bytes in place of an object's (one that is gone stays so); `mended` makes S3's own record of them agree. */
  replace(key: string, bytes: Uint8Array, mended: boolean): void {
    const object = this.#objects.get(key)
    if (object === undefined) return
    this.disk.place(object.bytesPath, bytes)
    if (!mended) return
    const record = JSON.parse(new TextDecoder().decode(this.#someRecord)) as S3Record
    record.sizeBytes = bytes.length
    record.etag = nativeChecksums.sha256Hex(bytes).slice(0, 32)
    record.checksum = { algorithm: 'CRC32', type: 'FULL_OBJECT', value: crc32Base64(bytes) }
    record.versionId = versionOf(object)
    this.disk.place(object.recordPath, new TextEncoder().encode(JSON.stringify(record)))
  }

  /** Puts an object where there was none. */
  add(key: string, bytes: Uint8Array): void {
    const [like] = this.#objects.values()
    const bytesPath = `${OBJECTS}/${key}@${like === undefined ? '' : versionOf(like)}`
    this.#objects.set(key, { key, bytesPath, recordPath: `${bytesPath}.json` })
    this.replace(key, bytes, true)
  }

  /** Removes an object, or its bytes alone. */
  remove(key: string, what: 'object' | 'bytes'): void {
    const { bytesPath, recordPath } = this.of(key)
    const files = this.disk.handlers()
    files.remove({ path: bytesPath })
    if (what === 'object') files.remove({ path: recordPath })
    this.#objects.delete(key)
  }
}

const versionOf = ({ bytesPath }: StoredObject): string => bytesPath.slice(bytesPath.lastIndexOf('@') + 1)

function crc32Base64(bytes: Uint8Array): string {
  const crc = Buffer.alloc(4)
  crc.writeUInt32BE(nativeChecksums.crc32(bytes))
  return crc.toString('base64')
}

function* walk(disk: SimulatedDisk, path: string): Generator<string> {
  for (const { name, type } of disk.handlers().list({ path })) {
    if (type === 'directory') yield* walk(disk, `${path}/${name}`)
    else yield `${path}/${name}`
  }
}
