import { FileSystem, ObjectStore, utf8Encode } from '@dr-drill/runbook-core'
import type { Actor } from '@dr-drill/simulator'
import { describe, expect, test } from 'vitest'
import { digests, download, get, World } from './world.ts'

const SERVICE: Actor = { user: 'service', groups: ['service'] }

describe('blobs', () => {
  test('pass from a store to a disk and back into a store as the very array they are', () => {
    const world = new World()
    const blob = utf8Encode('never copied')
    world.bucket.put('k', blob)
    world.run(download('k', '/file'))
    expect(world.disk.blobOf('/file')).toBe(blob)
    const sha256 = digests.sha256Hex(blob)
    const upload = ObjectStore.upload({
      store: 'archive',
      key: 'copy',
      path: '/file',
      ifAbsent: true,
      sha256,
    })
    world.run(upload)
    expect(world.control.versions('copy')[0]?.bytes).toBe(blob)
    expect(world.run(get('copy')).bytes).toBe(blob)
    expect(new Set(world.digested)).toEqual(new Set([blob]))
  })

  test('a file that was written to is uploaded as it is now', () => {
    const world = new World()
    world.bucket.put('k', utf8Encode('first'))
    world.run(download('k', '/file'))
    world.run(FileSystem.write({ path: '/file', offset: 0, bytes: utf8Encode('F') }))
    const sha256 = digests.sha256Hex(utf8Encode('First'))
    world.run(ObjectStore.upload({ store: 'archive', key: 'copy', path: '/file', ifAbsent: true, sha256 }))
    world.run(FileSystem.write({ path: '/file', offset: 0, bytes: utf8Encode('W') }))
    expect(world.seen()).toEqual({ copy: 'First', k: 'first' })
  })

  test('go where the account may write, and come from where it may read', () => {
    const world = new World()
    world.bucket.put('k', utf8Encode('x'))
    world.disk.place('/own/.keep', new Uint8Array(0))
    world.disk.handlers().setOwner({ path: '/own', owner: 'service', group: 'service' })
    expect(world.codeOf(download('k', '/file'), SERVICE)).toBe('permission-denied')
    expect(world.codeOf(download('k', '/own/file'), SERVICE)).toBe(null)
    expect(world.disk.handlers().stat({ path: '/own/file' })).toMatchObject({ owner: 'service', mode: 0o600 })
    world.run(download('k', '/roots', 0o600))
    const sha256 = digests.sha256Hex(utf8Encode('x'))
    const upload = (path: string) =>
      ObjectStore.upload({ store: 'archive', key: path, path, ifAbsent: true, sha256 })
    expect(world.codeOf(upload('/roots'), SERVICE)).toBe('permission-denied')
    expect(world.codeOf(upload('/own/file'), SERVICE)).toBe(null)
    expect(world.codeOf(download('k', '/roots'), SERVICE)).toBe('permission-denied')
  })

  test('fill a disk as far as they go', () => {
    const world = new World({ capacityBytes: 8192 })
    world.bucket.put('k', new Uint8Array(10_000).fill(7))
    expect(world.codeOf(download('k', '/file'))).toBe('disk-full')
    expect(world.disk.handlers().stat({ path: '/file' })?.sizeBytes).toBe(8192)
    world.bucket.put('k', new Uint8Array(8000))
    expect(world.codeOf(download('k', '/file'))).toBe(null)
  })

  test.each(['create', 'write', 'truncate', 'setMode'] as const)(
    'meet what fails the call %s of a disk',
    (method) => {
      const world = new World()
      world.bucket.put('k', utf8Encode('x'))
      if (method !== 'create' && method !== 'write') world.run(download('k', '/file'))
      const seen: string[] = []
      const fault = {
        kind: 'test',
        meets: (operation: { readonly method: string; readonly path: string }) => {
          if (operation.method === method) seen.push(operation.path)
          return 'perform' as const
        },
        fork: () => fault,
      }
      world.disk.addFault(fault)
      world.run(download('k', '/file'))
      expect(seen).toEqual(['/file'])
    },
  )
})
