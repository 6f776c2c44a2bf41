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
  checksum: { algorithm: string; type: string; value: string } | null
}

/** The files of a bucket, to be damaged by hand. Every change replaces a whole file, so forks of the disk share the rest. */
export class Bucket {
  readonly disk: SimulatedDisk
  readonly objects: ReadonlyMap<string, StoredObject>

  constructor(disk: SimulatedDisk) {
    this.disk = disk
    this.objects = new Map(
      [...walk(disk, OBJECTS)]
        .filter((path) => /@[0-9a-f]{32}$/.test(path))
        .map((bytesPath) => {
          const key = bytesPath.slice(OBJECTS.length + 1, bytesPath.lastIndexOf('@'))
          return [key, { key, bytesPath, recordPath: `${bytesPath}.json` }]
        }),
    )
  }

  get keys(): readonly string[] {
    return [...this.objects.keys()].sort()
  }

  of(key: string): StoredObject {
    const object = this.objects.get(key)
    if (object === undefined) throw new Error(`no object ${key}`)
    return object
  }

  bytes(key: string): Uint8Array {
    return this.disk.pristine(this.of(key).bytesPath)
  }

  /** Other bytes in place of an object's; `mended` makes S3's own record of them agree. */
  replace(key: string, bytes: Uint8Array, mended: boolean): void {
    const { bytesPath, recordPath } = this.of(key)
    this.disk.place(bytesPath, bytes)
    if (!mended) return
    const record = JSON.parse(new TextDecoder().decode(this.disk.pristine(recordPath))) as S3Record
    record.sizeBytes = bytes.length
    record.etag = nativeChecksums.sha256Hex(bytes).slice(0, 32)
    record.checksum = { algorithm: 'CRC32', type: 'FULL_OBJECT', value: crc32Base64(bytes) }
    this.disk.place(recordPath, new TextEncoder().encode(JSON.stringify(record)))
  }

  /** Puts an object where there was none, as a copy of another's record with bytes of its own. */
  add(key: string, like: string, bytes: Uint8Array): void {
    const { bytesPath, recordPath } = this.of(like)
    const version = bytesPath.slice(bytesPath.lastIndexOf('@'))
    const added = {
      key,
      bytesPath: `${OBJECTS}/${key}${version}`,
      recordPath: `${OBJECTS}/${key}${version}.json`,
    }
    this.disk.place(added.recordPath, this.disk.pristine(recordPath))
    ;(this.objects as Map<string, StoredObject>).set(key, added)
    this.replace(key, bytes, true)
  }

  remove(key: string): void {
    const { bytesPath, recordPath } = this.of(key)
    const files = this.disk.handlers()
    files.remove({ path: bytesPath })
    files.remove({ path: recordPath })
    ;(this.objects as Map<string, StoredObject>).delete(key)
  }
}

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
