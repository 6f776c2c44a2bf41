import {
  attempt,
  Call,
  type Environment,
  type Exit,
  type FileStat,
  FileSystem,
  type Task,
  utf8Encode,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CALLED_PATHS, contentCalls, type FileSystemCall, fileSystemCalls } from './file-system-calls.ts'
import { ReferenceFileSystem } from './reference-file-system.ts'

/** A fresh, empty file system and how tasks are driven over it. */
export interface FileSystemUnderTest {
  readonly environment: Environment
  run<A>(task: Task<A>, environment: Environment): Promise<Exit<A>>
  /** Puts a symbolic link into the root, past the port. */
  plantSymlink(path: string, target: string): void
  dispose(): void
}

/** What every implementation of the port FileSystem must do, without power loss and as an account that owns what it made. */
export function fileSystemConformance(name: string, make: () => FileSystemUnderTest): void {
  const long = process.env.DRILL_TEST_LONG === '1'
  async function using<A>(use: (subject: FileSystemUnderTest) => Promise<A>): Promise<A> {
    const subject = make()
    try {
      return await use(subject)
    } finally {
      subject.dispose()
    }
  }
  /** Runs a task on a fresh file system; the code of the operating error when it fails with one. */
  const outcome = <A>(task: () => Task<A>, prepare?: (subject: FileSystemUnderTest) => void) =>
    using(async (subject) => {
      prepare?.(subject)
      return await perform(subject, task())
    })

  describe(`${name} is a FileSystem`, () => {
    test('any sequence of calls answers as the reference does (property)', async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(fileSystemCalls, contentCalls), (calls) =>
          using(async (subject) => {
            const reference = new ReferenceFileSystem()
            for (const call of [...calls, ...lookAround()]) {
              const expected = reference.perform(call.method, call.input)
              const answer = await perform(subject, toTask(call))
              expect({ call, answer: comparable(answer) }).toEqual({ call, answer: expected ?? null })
            }
          }),
        ),
        { numRuns: long ? 400 : 40 },
      )
    })

    test('bytes written are the bytes then, not what their buffer becomes; bytes read are the reader’s own', async () => {
      const read = await outcome(function* () {
        const buffer = utf8Encode('record')
        yield* FileSystem.create({ path: '/f', mode: 0o600 })
        yield* FileSystem.write({ path: '/f', offset: 0, bytes: buffer })
        buffer.fill(0)
        const first = yield* FileSystem.read({ path: '/f', offset: 0, length: 6 })
        first.fill(0)
        return yield* FileSystem.read({ path: '/f', offset: 0, length: 1_000_000 })
      })
      expect(read).toEqual(utf8Encode('record'))
    })

    test('modes are exactly as asked, whatever the umask', async () => {
      const modes = await outcome(function* () {
        yield* FileSystem.create({ path: '/f', mode: 0o666 })
        yield* FileSystem.makeDirectory({ path: '/d', mode: 0o777 })
        const made = [yield* FileSystem.stat({ path: '/f' }), yield* FileSystem.stat({ path: '/d' })]
        yield* FileSystem.setMode({ path: '/f', mode: 0o640 })
        yield* FileSystem.setMode({ path: '/d', mode: 0o750 })
        made.push(yield* FileSystem.stat({ path: '/f' }), yield* FileSystem.stat({ path: '/d' }))
        return made.map((stat) => stat?.mode)
      })
      expect(modes).toEqual([0o666, 0o777, 0o640, 0o750])
    })

    test('names are listed by their UTF-8 bytes and limited to 255 of them', async () => {
      const names = ['z', 'a', 'é', 'Z', '\u{10000}', '\uffee', 'x'.repeat(255), 'é'.repeat(127)]
      const listed = await outcome(function* () {
        for (const each of names) yield* FileSystem.create({ path: `/${each}`, mode: 0o600 })
        return (yield* FileSystem.list({ path: '/' })).map((entry) => entry.name)
      })
      expect(listed).toEqual([...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
      for (const each of ['x'.repeat(256), 'é'.repeat(128)]) {
        expect(await outcome(() => FileSystem.create({ path: `/${each}`, mode: 0o600 }))).toBe(
          'input-invalid',
        )
      }
    })

    const hostile = ['/../f', '/d/../f', 'f', '', '/f\0', '/d/..', '/..']
    test.each(hostile)('nothing is done at the hostile path %j', async (path) => {
      for (const task of everyCallAt(path)) expect(await outcome(() => task)).toBe('path-escapes-root')
    })

    test('no call follows a symbolic link, on the way or at the end', async () => {
      const prepare = (subject: FileSystemUnderTest) => subject.plantSymlink('/link', '/')
      for (const task of everyCallAt('/link/f'))
        expect(await outcome(() => task, prepare)).toBe('path-escapes-root')
      for (const task of followingCallsAt('/link')) {
        expect(await outcome(() => task, prepare)).toBe('path-escapes-root')
      }
      expect(await outcome(() => FileSystem.create({ path: '/link', mode: 0o600 }), prepare)).toBe(
        'file-exists',
      )
      const seen = await outcome(function* () {
        const type = (yield* FileSystem.stat({ path: '/link' }))?.type
        yield* FileSystem.rename({ from: '/link', to: '/moved' })
        const listed = yield* FileSystem.list({ path: '/' })
        yield* FileSystem.remove({ path: '/moved' })
        return [type, listed, yield* FileSystem.list({ path: '/' })]
      }, prepare)
      expect(seen).toEqual(['symlink', [{ name: 'moved', type: 'symlink' }], []])
    })

    test('space is told for the device, also of a path that is yet to be made', async () => {
      const space = await outcome(() => FileSystem.space({ path: '/not/yet' }))
      expect(space).toMatchObject({ totalBytes: expect.any(Number), freeBytes: expect.any(Number) })
    })
  })
}

/** Drives a task; a value, or the code of the operating error. */
async function perform<A>(subject: FileSystemUnderTest, task: Task<A>): Promise<unknown> {
  const exit = await subject.run(attempt(task), subject.environment)
  if (exit.kind !== 'success') throw exit.kind === 'failure' ? exit.error : new Error('interrupted')
  return exit.value.ok ? exit.value.value : exit.value.error.code
}

function toTask({ method, input }: FileSystemCall): Task<unknown> {
  return new Call<unknown>('FileSystem', method, 'write', input) as unknown as Task<unknown>
}

/** Calls that show everything at the end of a sequence. */
function lookAround(): FileSystemCall[] {
  return CALLED_PATHS.flatMap((path): FileSystemCall[] => [
    { method: 'stat', input: { path } },
    { method: 'list', input: { path } },
    { method: 'read', input: { path, offset: 0, length: 200_000 } },
  ])
}

/** The part of an answer that the port promises on every host. */
function comparable(answer: unknown): unknown {
  if (answer instanceof Uint8Array) return [...answer]
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer ?? null
  const { type, mode, sizeBytes } = answer as FileStat
  return type === 'file' ? { type, mode, sizeBytes } : { type, mode }
}

/** Calls that would act on what a symbolic link at the path points to. */
function followingCallsAt(path: string): Task<unknown>[] {
  return [
    FileSystem.list({ path }),
    FileSystem.read({ path, offset: 0, length: 1 }),
    FileSystem.write({ path, offset: 0, bytes: new Uint8Array(1) }),
    FileSystem.truncate({ path, sizeBytes: 0 }),
    FileSystem.sync({ path }),
    FileSystem.syncDirectory({ path }),
    FileSystem.makeDirectory({ path, mode: 0o700 }),
    FileSystem.setMode({ path, mode: 0o700 }),
  ]
}

function everyCallAt(path: string): Task<unknown>[] {
  return [
    ...followingCallsAt(path),
    FileSystem.stat({ path }),
    FileSystem.create({ path, mode: 0o600 }),
    FileSystem.rename({ from: path, to: '/g' }),
    FileSystem.rename({ from: '/', to: path }),
    FileSystem.remove({ path }),
    FileSystem.removeDirectory({ path }),
  ]
}
