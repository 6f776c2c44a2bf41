import { closeSync, constants } from 'node:fs'
import type { PinnedFile } from '@dr-drill/simulator'
import { openRegular } from '../file-system/descriptors.ts'
import { withParent } from '../file-system/rooted-path.ts'

/** An open descriptor: the bytes it names stay what they are, however often the name is given to others. */
export class DescriptorFile implements PinnedFile {
  readonly descriptor: number
  #open = true

  /** Opens a file below the root. @throws errno */
  constructor(root: string, path: string) {
    this.descriptor = withParent(root, path, (host) => openRegular(host, constants.O_RDONLY, path))
  }

  release(): void {
    if (!this.#open) return
    this.#open = false
    closeSync(this.descriptor)
  }
}
