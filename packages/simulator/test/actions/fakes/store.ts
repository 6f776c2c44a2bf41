import { type ObjectStoreContract, OperatingError, type PortHandler } from '@dr-drill/runbook-core'
import type { SimulatedDisk } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'

/** One version of an object; null bytes are a delete marker. */
export interface FakeVersion {
  readonly versionId: string
  readonly bytes: Uint8Array | null
}

/** A store in memory with versions, newest first, and weather of its own. */
export class FakeStore {
  readonly objects = new Map<string, FakeVersion[]>()
  /** Meets every request first; a throw is the answer. */
  weather: (method: string, key: string) => void = () => undefined
  /** Versions per page of a listing. */
  pageLength = 2

  /** Puts a new current version; null deletes. */
  put(key: string, bytes: Uint8Array | null): this {
    const versions = this.objects.get(key) ?? []
    versions.unshift({ versionId: `v${versions.length + 1}`, bytes })
    this.objects.set(key, versions)
    return this
  }

  handlers(
    disk: SimulatedDisk,
  ): Pick<PortHandler<ObjectStoreContract>, 'download' | 'head' | 'versions' | 'list'> {
    const files = disk.handlers()
    return {
      download: ({ key, versionId, path, mode }) => {
        this.weather('download', key)
        const versions = this.objects.get(key) ?? []
        const found =
          versionId === undefined ? versions[0] : versions.find((one) => one.versionId === versionId)
        const bytes = found?.bytes ?? null
        if (bytes === null) throw new OperatingError('object-missing', `no object ${key}`)
        if (files.stat({ path }) === null) files.create({ path, mode })
        files.truncate({ path, sizeBytes: 0 })
        files.write({ path, offset: 0, bytes })
        const sha256 = nativeChecksums.sha256Hex(bytes)
        return { sizeBytes: bytes.length, sha256, etag: '"e"', versionId: found?.versionId ?? null }
      },
      versions: ({ prefix, cursor }) => {
        this.weather('versions', prefix)
        const all = [...this.objects.entries()]
          .filter(([key]) => key.startsWith(prefix))
          .flatMap(([key, versions]) => versions.map((one, index) => ({ key, one, index })))
        const from = Number(cursor ?? 0)
        const page = all.slice(from, from + this.pageLength)
        return {
          versions: page.map(({ key, one, index }) => ({
            key,
            versionId: one.versionId,
            isLatest: index === 0,
            isDeleteMarker: one.bytes === null,
            sizeBytes: one.bytes?.length ?? 0,
            lastModifiedAt: 0,
          })),
          cursor: from + page.length < all.length ? String(from + page.length) : null,
        }
      },
      head: ({ key }) => {
        this.weather('head', key)
        const bytes = this.objects.get(key)?.[0]?.bytes ?? null
        return bytes === null
          ? null
          : { sizeBytes: bytes.length, etag: '"e"', versionId: null, lastModifiedAt: 0 }
      },
      list: ({ prefix }) => {
        this.weather('list', prefix)
        return { objects: [], prefixes: [], cursor: null }
      },
    }
  }
}
