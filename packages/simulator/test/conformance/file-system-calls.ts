import type { FileSystemContract } from '@dr-drill/runbook-core'
import fc from 'fast-check'

/** One call of the port, as data. */
export interface FileSystemCall {
  readonly method: Exclude<keyof FileSystemContract, 'setOwner' | 'space'>
  readonly input: object
}

const PATHS = ['/a', '/b', '/d', '/d/a', '/d/e', '/d/e/a', '/d/e/f', '//d/./a', '/d/e/', '/a/below', '/é']
const HOSTILE = ['/../a', '/d/../../a', 'a', '/d/..']

const path = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...PATHS) }, fc.constantFrom(...HOSTILE))
const directory = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('/', '/d', '/d/e') }, path)
// Modes under which the owner may do everything, so that the calls mean the same to root and to others.
const mode = fc.constantFrom(0o700, 0o750, 0o755, 0o777, 0o711)
const size = fc.oneof(fc.nat(1200), fc.constantFrom(0, 511, 512, 513, 65_535, 65_537))
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .tuple(fc.integer({ min: 1, max: 255 }), fc.constantFrom(500, 1024, 66_000))
    .map(([fill, length]) => new Uint8Array(length).fill(fill)),
)

const call = <I extends object>(
  method: FileSystemCall['method'],
  input: { [K in keyof I]: fc.Arbitrary<I[K]> },
): fc.Arbitrary<FileSystemCall> => fc.record(input).map((given) => ({ method, input: given as object }))

const kinds: [number, fc.Arbitrary<FileSystemCall>][] = [
  [4, call('create', { path, mode })],
  [5, call('write', { path, offset: size, bytes })],
  [3, call('read', { path, offset: size, length: size })],
  [2, call('truncate', { path, sizeBytes: size })],
  [2, call('sync', { path })],
  [2, call('syncDirectory', { path: directory })],
  [3, call('makeDirectory', { path: directory, mode })],
  [2, call('removeDirectory', { path })],
  [2, call('remove', { path })],
  [4, call('rename', { from: path, to: path })],
  [1, call('setMode', { path, mode })],
  [1, call('stat', { path })],
  [1, call('list', { path: directory })],
]

/** Sequences of calls on few paths, so that they get in each other's way. */
export const fileSystemCalls: fc.Arbitrary<FileSystemCall[]> = fc.array(
  fc.oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary }))),
  { minLength: 1, maxLength: 40, size: 'max' },
)

/** Every path that the calls may have made something at. */
export const CALLED_PATHS: readonly string[] = ['/', ...PATHS]
