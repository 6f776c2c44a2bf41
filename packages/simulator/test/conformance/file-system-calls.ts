import type { FileSystemContract } from '@dr-drill/runbook-core'
import fc from 'fast-check'

/** One call of the port, as data. */
export interface FileSystemCall {
  readonly method: Exclude<keyof FileSystemContract, 'setOwner' | 'space'>
  readonly input: object
}

const PATHS = ['/a', '/b', '/d', '/d/a', '/d/e', '/d/e/a', '/d/e/f', '//d/./a', '/d/e/', '/a/below', '/é']
const HOSTILE = ['/../a', '/d/../../a', 'a', '/d/..']

const anyPath = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...PATHS) }, fc.constantFrom(...HOSTILE))
const directory = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('/', '/d', '/d/e') }, anyPath)
// Modes under which the owner may do everything, so that the calls mean the same to root and to others.
const mode = fc.constantFrom(0o700, 0o750, 0o755, 0o777, 0o711)
const size = fc.oneof(fc.nat(1800), fc.constantFrom(0, 511, 512, 513, 1024, 65_535, 65_536, 65_537))
const bytes = fc
  .tuple(fc.integer({ min: 1, max: 255 }), fc.constantFrom(0, 1, 40, 400, 512, 1024, 1300, 66_000))
  .map(([fill, length]) => new Uint8Array(length).fill(fill))

const call = <I extends object>(
  method: FileSystemCall['method'],
  input: { [K in keyof I]: fc.Arbitrary<I[K]> },
): fc.Arbitrary<FileSystemCall> => fc.record(input).map((given) => ({ method, input: given as object }))

type Weighted = [number, fc.Arbitrary<FileSystemCall>]

const onContents = (path: fc.Arbitrary<string>): Weighted[] => [
  [6, call('write', { path, offset: size, bytes })],
  [3, call('truncate', { path, sizeBytes: size })],
  [2, call('sync', { path })],
]

const onNames: Weighted[] = [
  [3, call('create', { path: anyPath, mode })],
  [2, call('makeDirectory', { path: directory, mode })],
  [2, call('removeDirectory', { path: anyPath })],
  [2, call('remove', { path: anyPath })],
  [4, call('rename', { from: anyPath, to: anyPath })],
  [2, call('setMode', { path: anyPath, mode })],
  [2, call('syncDirectory', { path: directory })],
]

const looking: Weighted[] = [
  [3, call('read', { path: anyPath, offset: size, length: size })],
  [1, call('stat', { path: anyPath })],
  [1, call('list', { path: directory })],
]

/** Calls that make a small tree, so that most of what follows finds something to act on. */
const TREE: readonly FileSystemCall[] = [
  { method: 'makeDirectory', input: { path: '/d', mode: 0o755 } },
  { method: 'makeDirectory', input: { path: '/d/e', mode: 0o755 } },
  ...['/a', '/b', '/d/a', '/d/e/a'].map(
    (path): FileSystemCall => ({ method: 'create', input: { path, mode: 0o700 } }),
  ),
]

const sequence = (
  prelude: fc.Arbitrary<FileSystemCall[]>,
  kinds: Weighted[],
): fc.Arbitrary<FileSystemCall[]> =>
  fc
    .tuple(
      prelude,
      fc.array(fc.oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
        maxLength: 40,
        size: 'max',
      }),
    )
    .map(([before, calls]) => [...before, ...calls])

/** Sequences of calls on few paths, so that they get in each other's way. */
export const fileSystemCalls = sequence(fc.subarray([...TREE], { minLength: 0 }), [
  ...onContents(anyPath),
  ...onNames,
  ...looking,
])

/** Sequences of writes, truncations and fsyncs of one or two files. */
export const contentCalls = sequence(
  fc.constant(TREE.slice(2, 4)),
  onContents(fc.oneof({ weight: 4, arbitrary: fc.constant('/a') }, fc.constant('/b'))),
)

/** Every path that the calls may have made something at. */
export const CALLED_PATHS: readonly string[] = ['/', ...PATHS]
