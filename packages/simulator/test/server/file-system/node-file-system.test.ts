import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { driveAsync, environment, FileSystem, OperatingError, type Task } from '@dr-drill/runbook-core'
import { type NodeFileSystem, nodeFileSystem } from '@dr-drill/simulator/server'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

let parent: string
let root: string
let files: NodeFileSystem

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'dr-drill-fs-'))
  root = join(parent, 'root')
  mkdirSync(root)
  mkdirSync(join(parent, 'outside'))
  writeFileSync(join(parent, 'outside', 'secret'), 'secret')
  files = nodeFileSystem({ root })
})

afterEach(() => {
  files.close()
  rmSync(parent, { recursive: true, force: true })
})

async function run<A>(task: Task<A>): Promise<A> {
  const exit = await driveAsync(task, environment({ FileSystem: files }))
  if (exit.kind === 'success') return exit.value
  throw exit.kind === 'failure' ? exit.error : new Error(exit.kind)
}

async function codeOf(task: Task<unknown>): Promise<string> {
  try {
    await run(task)
  } catch (error) {
    if (error instanceof OperatingError) return error.code
    throw error
  }
  return 'no error'
}

const bytes = (text: string) => new TextEncoder().encode(text)
const writtenFile = (path: string, text: string): Task<void> =>
  (function* () {
    yield* FileSystem.create({ path, mode: 0o640 })
    yield* FileSystem.write({ path, offset: 0, bytes: bytes(text) })
  })()

describe('contents', () => {
  test('what was written is read, by offset and length, short at the end', async () => {
    await run(writtenFile('/a', 'hello world'))
    await run(FileSystem.sync({ path: '/a' }))
    await run(FileSystem.syncDirectory({ path: '/' }))
    const read = (offset: number, length: number) => run(FileSystem.read({ path: '/a', offset, length }))
    expect(await read(0, 100)).toEqual(bytes('hello world'))
    expect(await read(6, 3)).toEqual(bytes('wor'))
    expect(await read(9, 1e15)).toEqual(bytes('ld'))
    expect(await read(50, 5)).toEqual(bytes(''))
  })

  test('modes are exact whatever the umask, and new files are not there twice', async () => {
    await run(FileSystem.create({ path: '/f', mode: 0o666 }))
    await run(FileSystem.makeDirectory({ path: '/d', mode: 0o777 }))
    expect(statSync(join(root, 'f')).mode & 0o7777).toBe(0o666)
    expect(statSync(join(root, 'd')).mode & 0o7777).toBe(0o777)
    expect(await codeOf(FileSystem.create({ path: '/f', mode: 0o600 }))).toBe('file-exists')
    await run(FileSystem.makeDirectory({ path: '/d', mode: 0o700 }))
    expect(statSync(join(root, 'd')).mode & 0o7777).toBe(0o777)
    await run(FileSystem.setMode({ path: '/f', mode: 0o000 }))
    await run(FileSystem.setMode({ path: '/f', mode: 0o640 }))
    expect(await run(FileSystem.stat({ path: '/f' }))).toMatchObject({
      type: 'file',
      mode: 0o640,
      sizeBytes: 0,
    })
  })

  test('an append goes to the file that has the name now, not to one that had it', async () => {
    await run(writtenFile('/log', 'old'))
    renameSync(join(root, 'log'), join(root, 'log.1'))
    writeFileSync(join(root, 'log'), 'new')
    await run(FileSystem.write({ path: '/log', offset: 3, bytes: bytes('+') }))
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('new+')
    expect(readFileSync(join(root, 'log.1'), 'utf8')).toBe('old')
  })

  test('writes need an existing file; truncate cuts and extends', async () => {
    expect(await codeOf(FileSystem.write({ path: '/no', offset: 0, bytes: bytes('x') }))).toBe('file-missing')
    await run(writtenFile('/t', '123456'))
    await run(FileSystem.truncate({ path: '/t', sizeBytes: 3 }))
    await run(FileSystem.write({ path: '/t', offset: 5, bytes: bytes('!') }))
    expect(readFileSync(join(root, 't'), 'latin1')).toBe('123\0\0!')
  })

  test('more files than descriptors may be kept, written side by side', async () => {
    files = nodeFileSystem({ root, openFilesMax: 3 })
    const names = Array.from({ length: 12 }, (_, index) => `/f${index}`)
    for (const path of names) await run(FileSystem.create({ path, mode: 0o600 }))
    await Promise.all(
      [0, 1, 2, 3, 4].flatMap((offset) =>
        names.map((path) => run(FileSystem.write({ path, offset, bytes: bytes(String(offset)) }))),
      ),
    )
    for (const path of names) expect(readFileSync(join(root, path), 'utf8')).toBe('01234')
  })
})

describe('names', () => {
  test('listing sorts by UTF-8 bytes and tells types', async () => {
    for (const name of ['b', 'B', '\u{1f600}', '\uffee', 'a']) writeFileSync(join(root, name), '')
    mkdirSync(join(root, 'dir'))
    symlinkSync('/', join(root, 'link'))
    expect((await run(FileSystem.list({ path: '/' }))).map(({ name, type }) => `${name}:${type}`)).toEqual([
      'B:file',
      'a:file',
      'b:file',
      'dir:directory',
      'link:symlink',
      '\uffee:file',
      '\u{1f600}:file',
    ])
    expect(await codeOf(FileSystem.list({ path: '/none' }))).toBe('file-missing')
    expect(await codeOf(FileSystem.list({ path: '/a' }))).toBe('file-exists')
  })

  test('rename replaces; remove forgives what is missing', async () => {
    await run(writtenFile('/from', 'new'))
    await run(writtenFile('/to', 'old'))
    await run(FileSystem.rename({ from: '/from', to: '/to' }))
    await run(FileSystem.write({ path: '/to', offset: 3, bytes: bytes('er') }))
    expect(readFileSync(join(root, 'to'), 'utf8')).toBe('newer')
    expect(await codeOf(FileSystem.rename({ from: '/from', to: '/x' }))).toBe('file-missing')
    await run(FileSystem.remove({ path: '/to' }))
    await run(FileSystem.remove({ path: '/to' }))
    await run(FileSystem.remove({ path: '/no/such/parent' }))
    await run(FileSystem.removeDirectory({ path: '/nothing' }))
    expect(await run(FileSystem.stat({ path: '/to' }))).toBeNull()
  })

  test('errors name the kind of trouble', async () => {
    await run(writtenFile('/file', ''))
    await run(FileSystem.makeDirectory({ path: '/full', mode: 0o755 }))
    await run(writtenFile('/full/child', ''))
    expect(await codeOf(FileSystem.makeDirectory({ path: '/file', mode: 0o755 }))).toBe('file-exists')
    expect(await codeOf(FileSystem.makeDirectory({ path: '/no/deep', mode: 0o755 }))).toBe('file-missing')
    expect(await codeOf(FileSystem.removeDirectory({ path: '/full' }))).toBe('file-exists')
    expect(await codeOf(FileSystem.read({ path: '/full', offset: 0, length: 1 }))).toBe('file-exists')
    expect(await codeOf(FileSystem.create({ path: `/${'n'.repeat(256)}`, mode: 0o600 }))).toBe(
      'input-invalid',
    )
    expect(await run(FileSystem.stat({ path: '/file/below' }))).toBeNull()
  })

  test('owners are names or ids; unknown names are refused', async () => {
    await run(writtenFile('/f', ''))
    const stat = await run(FileSystem.stat({ path: '/f' }))
    await run(FileSystem.setOwner({ path: '/f', owner: stat!.owner, group: stat!.group }))
    expect(await run(FileSystem.stat({ path: '/f' }))).toEqual(stat)
    const unknown = FileSystem.setOwner({ path: '/f', owner: 'nobody-has-this-name', group: '0' })
    expect(await codeOf(unknown)).toBe('environment-lacking')
    const named = nodeFileSystem({
      root,
      accounts: { users: { stemedb: process.getuid!() }, groups: { stemedb: process.getgid!() } },
    })
    expect(named.stat({ path: '/f' }, { onCancel() {} })).toMatchObject({
      owner: 'stemedb',
      group: 'stemedb',
    })
  })

  test('new files and directories belong to the user that was named', async () => {
    const isRoot = process.getuid!() === 0
    const user = isRoot ? { uid: 12345, gid: 23456 } : { uid: process.getuid!(), gid: process.getgid!() }
    files = nodeFileSystem({ root, user })
    await run(FileSystem.create({ path: '/f', mode: 0o640 }))
    await run(FileSystem.makeDirectory({ path: '/d', mode: 0o750 }))
    for (const name of ['f', 'd']) expect(statSync(join(root, name))).toMatchObject(user)
    expect(statSync(join(root, 'f')).mode & 0o7777).toBe(0o640)
  })

  test('space is that of the device, also for what is not there yet', async () => {
    const space = await run(FileSystem.space({ path: '/' }))
    expect(space.totalBytes).toBeGreaterThan(0)
    expect(space.freeBytes).toBeLessThanOrEqual(space.totalBytes)
    expect((await run(FileSystem.space({ path: '/not/yet' }))).totalBytes).toBe(space.totalBytes)
  })
})

describe('the root is never left', () => {
  const everyCall = (path: string): [string, Task<unknown>][] => [
    ['list', FileSystem.list({ path })],
    ['read', FileSystem.read({ path, offset: 0, length: 10 })],
    ['write', FileSystem.write({ path, offset: 0, bytes: bytes('x') })],
    ['truncate', FileSystem.truncate({ path, sizeBytes: 0 })],
    ['sync', FileSystem.sync({ path })],
    ['syncDirectory', FileSystem.syncDirectory({ path })],
    ['makeDirectory', FileSystem.makeDirectory({ path, mode: 0o777 })],
    ['setMode', FileSystem.setMode({ path, mode: 0o777 })],
    ['setOwner', FileSystem.setOwner({ path, owner: '1', group: '1' })],
  ]

  test.each(['link', 'link/secret', 'dangling', '../outside/secret', 'a/../../outside', 'nul\0'])(
    '%j',
    async (path) => {
      symlinkSync(join(parent, path === 'link' ? 'outside' : 'outside/'), join(root, 'link'))
      symlinkSync(join(parent, 'outside', 'not-there'), join(root, 'dangling'))
      chmodSync(join(parent, 'outside', 'secret'), 0o600)
      for (const [name, call] of everyCall(`/${path}`))
        expect([name, await codeOf(call)]).toEqual([name, 'path-escapes-root'])
      expect(statSync(join(parent, 'outside', 'secret'))).toMatchObject({ size: 6, mode: 0o100600 })
      expect(existsSync(join(parent, 'outside', 'not-there'))).toBe(false)
    },
  )

  test('a symlink itself is seen, renamed and removed, never followed', async () => {
    symlinkSync(join(parent, 'outside', 'secret'), join(root, 'link'))
    expect((await run(FileSystem.stat({ path: '/link' })))?.type).toBe('symlink')
    expect(await codeOf(FileSystem.create({ path: '/link', mode: 0o600 }))).toBe('file-exists')
    await run(FileSystem.rename({ from: '/link', to: '/moved' }))
    await run(FileSystem.remove({ path: '/moved' }))
    expect(readFileSync(join(parent, 'outside', 'secret'), 'utf8')).toBe('secret')
  })

  test('any path makes a file below the root or fails as an operating error', async () => {
    const segment = fc.oneof(
      fc.constantFrom('..', '.', '', 'd', 'x', '\0', '%2e%2e', '~'),
      fc.string({ unit: 'binary' }),
    )
    const before = statSync(parent).mtimeMs
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 6 }), fc.boolean(), async (segments, absolute) => {
        const path = (absolute ? '/' : '') + segments.join('/')
        await codeOf(FileSystem.create({ path, mode: 0o600 }))
        await codeOf(FileSystem.makeDirectory({ path, mode: 0o700 }))
        expect(statSync(parent).mtimeMs).toBe(before)
      }),
      { numRuns: process.env.DRILL_TEST_LONG ? 5000 : 200 },
    )
  })
})
