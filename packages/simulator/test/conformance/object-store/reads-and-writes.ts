import { FileSystem, ObjectStore, type ObjectVersion, utf8Encode } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { sha256Of } from './caller.ts'
import type { Given } from './subject.ts'

/** What a caller can insist on. */
export function conditions({ caller }: Given): void {
  test('a download can insist on the object that was listed', async () => {
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'first'))
    const [listed] = (await caller().list({ prefix: key })).objects
    const insisting = (path: string) =>
      ObjectStore.download({ store: 'source', key, path, mode: 0o600, ifMatch: listed?.etag ?? '' })
    expect(await caller().codeOf(insisting(caller().file()))).toBe(null)
    await caller().run(caller().put(key, 'second'))
    expect(await caller().codeOf(insisting(caller().file()))).toBe('object-changed')
  })

  test('an upload of other bytes than its digest says is refused, and leaves nothing', async () => {
    const key = `${caller().place()}k`
    const path = caller().file()
    await caller().run(FileSystem.create({ path, mode: 0o600 }))
    await caller().run(FileSystem.write({ path, offset: 0, bytes: utf8Encode('these') }))
    const upload = (from: string) =>
      ObjectStore.upload({
        store: 'archive',
        key,
        path: from,
        ifAbsent: true,
        sha256: sha256Of(utf8Encode('those')),
      })
    expect(await caller().codeOf(upload(path))).toBe('object-corrupt')
    expect(await caller().codeOf(upload('/files/missing'))).toBe('file-missing')
    expect(await caller().run(ObjectStore.head({ store: 'source', key }))).toBe(null)
  })

  test('what was put is what is there, whatever becomes of the buffer it came from', async () => {
    const key = `${caller().place()}k`
    const bytes = utf8Encode('as it was')
    await caller().run(ObjectStore.put({ store: 'archive', key, bytes, ifAbsent: true }))
    bytes.fill(0)
    expect((await caller().run(caller().get(key))).bytes).toEqual(utf8Encode('as it was'))
    const path = caller().file()
    await caller().run(caller().download(key, path))
    await caller().run(FileSystem.write({ path, offset: 0, bytes: utf8Encode('changed') }))
    expect((await caller().run(caller().get(key))).bytes).toEqual(utf8Encode('as it was'))
  })
}

/** What reading gives, and what it refuses. */
export function reads({ versioning, caller }: Given): void {
  test('nothing larger than expected is taken in', async () => {
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, '0123456789'))
    const small = ObjectStore.get({ store: 'source', key, sizeBytesMax: 9 })
    expect(await caller().codeOf(small)).toBe('input-too-large')
    const path = caller().file()
    const download = (sizeBytesMax: number) =>
      ObjectStore.download({ store: 'source', key, path, mode: 0o600, sizeBytesMax })
    expect(await caller().codeOf(download(9))).toBe('object-corrupt')
    const left = await caller().run(FileSystem.stat({ path }))
    expect(left === null || left.sizeBytes <= 9).toBe(true)
    expect(await caller().codeOf(download(10))).toBe(null)
  })

  test('a download replaces what is at its path, and needs a directory', async () => {
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'short'))
    const path = caller().file()
    await caller().run(FileSystem.create({ path, mode: 0o644 }))
    await caller().run(FileSystem.write({ path, offset: 0, bytes: utf8Encode('much longer than that') }))
    expect(await caller().run(caller().download(key, path))).toMatchObject({
      bytes: utf8Encode('short'),
      mode: 0o600,
    })
    expect(await caller().codeOf(caller().download(key, '/nowhere/file'))).toBe('file-missing')
  })

  if (!versioning) return
  test('old versions stay to be had, and a delete marker has no bytes', async () => {
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'first'))
    await caller().run(caller().put(key, 'second'))
    await caller().delete(key)
    const [marker, second, first] = await caller().versions(key)
    const textOf = async (version: ObjectVersion | undefined): Promise<string> =>
      new TextDecoder().decode((await caller().run(caller().get(key, version?.versionId))).bytes)
    expect([await textOf(second), await textOf(first)]).toEqual(['second', 'first'])
    expect(await caller().codeOf(caller().get(key))).toBe('object-missing')
    expect(await caller().codeOf(caller().get(key, marker?.versionId))).toBe('object-missing')
    expect(await caller().codeOf(caller().get(key, '0'.repeat(32)))).toBe('object-missing')
    await caller().run(caller().put(key, 'third', true))
    expect((await caller().versions(key)).map(({ isLatest }) => isLatest)).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
}
