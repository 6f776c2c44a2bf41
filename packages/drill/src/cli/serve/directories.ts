import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'

/** Makes directories below a root that is made, too. @throws environment-lacking */
export function makeServerDirectories(root: string, paths: readonly string[]): void {
  try {
    for (const path of paths) mkdirSync(join(root, path), { recursive: true, mode: 0o750 })
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? String(thrown)
    throw new OperatingError('environment-lacking', `cannot make ${root}: ${code}`, { subject: root })
  }
}
