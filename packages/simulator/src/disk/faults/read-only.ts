import { OperatingError } from '@dr-drill/runbook-core'
import type { DiskFault, DiskOperation } from '../fault.ts'

const CHANGES: ReadonlySet<DiskOperation['method']> = new Set([
  'create',
  'write',
  'truncate',
  'rename',
  'remove',
  'makeDirectory',
  'removeDirectory',
  'setMode',
  'setOwner',
])

/** A file system that the kernel has remounted read-only: whatever would change it is refused. */
export class ReadOnly implements DiskFault {
  readonly kind = 'read-only'
  readonly #onMet: (path: string) => void

  constructor(onMet: (path: string) => void = () => {}) {
    this.#onMet = onMet
  }

  meets({ method, path }: DiskOperation): 'perform' {
    if (!CHANGES.has(method)) return 'perform'
    this.#onMet(path)
    throw new OperatingError('permission-denied', `${path} lies on a read-only file system (EROFS)`, {
      subject: path,
    })
  }

  fork(): ReadOnly {
    return new ReadOnly(this.#onMet)
  }
}
