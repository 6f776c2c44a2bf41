import { fstatSync, fsync, ftruncate, read, readSync, write, writeSync } from 'node:fs'
import { promisify } from 'node:util'

const fsyncAsync = promisify(fsync)
const ftruncateAsync = promisify(ftruncate)

/** Reads up to this size are done at once. */
const SMALL_READ_BYTES = 16 * 1024

/** Up to `length` bytes from `offset`; fewer only at the end of the file. Allocates no more than the file can give. */
export async function readFully(descriptor: number, offset: number, length: number): Promise<Uint8Array> {
  const wanted = Math.max(0, Math.min(length, fstatSync(descriptor).size - offset))
  // Not zeroed first: every byte given out is one that was read.
  return await readInto(descriptor, offset, new Uint8Array(Buffer.allocUnsafeSlow(wanted).buffer))
}

/** Fills `bytes` from `offset`; gives the part that was filled, which is all of it but at the end of the file. */
export async function readInto(descriptor: number, offset: number, bytes: Uint8Array): Promise<Uint8Array> {
  const wanted = bytes.length
  let done = 0
  // A trip to the thread pool costs more than reading a small record does.
  if (wanted <= SMALL_READ_BYTES) done = readSync(descriptor, bytes, 0, wanted, offset)
  while (done < wanted) {
    const count = await readSome(descriptor, bytes, done, offset + done)
    if (count === 0) return bytes.subarray(0, done)
    done += count
  }
  return bytes
}

/** Writes up to this size are done at once: they go to the page cache, sooner than a thread would begin with them. */
const SMALL_WRITE_BYTES = 64 * 1024

/** Writes all bytes at `offset`; the system may take them in pieces. */
export async function writeFully(descriptor: number, offset: number, bytes: Uint8Array): Promise<void> {
  let done = 0
  if (bytes.length <= SMALL_WRITE_BYTES) done = writeSync(descriptor, bytes, 0, bytes.length, offset)
  while (done < bytes.length) done += await writeSome(descriptor, bytes, done, offset + done)
}

/** fsync. */
export async function syncDescriptor(descriptor: number): Promise<void> {
  await fsyncAsync(descriptor)
}

/** Sets the size. */
export async function truncateDescriptor(descriptor: number, sizeBytes: number): Promise<void> {
  await ftruncateAsync(descriptor, sizeBytes)
}

function readSome(descriptor: number, bytes: Uint8Array, at: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, bytes, at, bytes.length - at, position, (error, count) =>
      error ? reject(error) : resolve(count),
    )
  })
}

function writeSome(descriptor: number, bytes: Uint8Array, at: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, at, bytes.length - at, position, (error, count) =>
      error ? reject(error) : resolve(count),
    )
  })
}
