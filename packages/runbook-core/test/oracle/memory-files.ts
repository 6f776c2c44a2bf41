import {
  driveSync,
  environment,
  OperatingError,
  type Task,
  utf8Decode,
  utf8Encode,
} from '@dr-drill/runbook-core'

/** Files in memory behind the FileSystem port, for tests of what reads and writes them. */
export class MemoryFiles {
  readonly files = new Map<string, Uint8Array>()
  /** Largest number of bytes any one read asked for. */
  readBytesMax = 0

  put(path: string, text: string): void {
    this.files.set(path, utf8Encode(text))
  }

  text(path: string): string {
    return utf8Decode(this.#get(path))
  }

  /** Runs a task over these files to its value. @throws what the task throws */
  run<A>(task: Task<A>): A {
    const exit = driveSync(task, this.#environment())
    if (exit?.kind === 'success') return exit.value
    throw exit?.kind === 'failure' ? exit.error : new Error('did not end')
  }

  #get(path: string): Uint8Array {
    const bytes = this.files.get(path)
    if (bytes === undefined) throw new OperatingError('file-missing', `${path} is missing`, { subject: path })
    return bytes
  }

  #environment() {
    return environment({
      FileSystem: {
        read: ({ path, offset, length }: { path: string; offset: number; length: number }) => {
          this.readBytesMax = Math.max(this.readBytesMax, length)
          return this.#get(path).slice(offset, offset + length)
        },
        create: ({ path }: { path: string }) => {
          if (this.files.has(path)) throw new OperatingError('file-exists', path)
          this.files.set(path, new Uint8Array(0))
        },
        write: ({ path, offset, bytes }: { path: string; offset: number; bytes: Uint8Array }) => {
          const old = this.#get(path)
          const next = new Uint8Array(Math.max(old.length, offset + bytes.length))
          next.set(old)
          next.set(bytes, offset)
          this.files.set(path, next)
        },
        remove: ({ path }: { path: string }) => {
          this.files.delete(path)
        },
      },
    })
  }
}
