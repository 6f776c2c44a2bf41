import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { invariant } from '@dr-drill/runbook-core'
import { type Alteration, versionPaths } from '@dr-drill/simulator'

/** Finds the current version of a key. */
export type VersionOf = (key: string) => Promise<string>

/** Changes stored objects of a data directory as damage would: the store's own records learn nothing. */
export async function alterObjects(
  data: string,
  bucket: string,
  alterations: readonly Alteration[],
  versionOf: VersionOf,
): Promise<void> {
  for (const alteration of alterations) {
    const { record, bytes } = await filesOf(data, bucket, alteration.key, versionOf)
    if (alteration.kind === 'flip') flip(bytes, alteration.offset, alteration.mask)
    else if (alteration.kind === 'swap') {
      swap(bytes, (await filesOf(data, bucket, alteration.with, versionOf)).bytes)
    } else {
      rmSync(record)
      rmSync(bytes)
    }
  }
}

async function filesOf(data: string, bucket: string, key: string, versionOf: VersionOf) {
  const paths = versionPaths(bucket, key, await versionOf(key))
  const record = join(data, paths.record)
  const { generation } = JSON.parse(readFileSync(record, 'utf8')) as { generation: number }
  return { record, bytes: join(data, paths.bytes(generation)) }
}

/** Names change, files do not: other names may link to them. */
function swap(one: string, other: string): void {
  renameSync(one, `${one}.swapped`)
  renameSync(other, one)
  renameSync(`${one}.swapped`, other)
}

/** The file is replaced, never written into: other names may link to it. */
function flip(file: string, offset: number, mask: number): void {
  const damaged = `${file}.damaged`
  copyFileSync(file, damaged)
  const descriptor = openSync(damaged, 'r+')
  try {
    const byte = new Uint8Array(1)
    invariant(readSync(descriptor, byte, 0, 1, offset) === 1, 'the byte lies in the file')
    byte[0] = (byte[0] ?? 0) ^ mask
    writeSync(descriptor, byte, 0, 1, offset)
  } finally {
    closeSync(descriptor)
  }
  renameSync(damaged, file)
}

/** Writes a small file whole or not at all. */
export function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}
