import { FileSystem, type Task } from '@dr-drill/runbook-core'

/** Makes the working directory of the operations and its parents where they are missing; nothing in it is needed later. */
export function* makeScratch(path: string): Task<void> {
  const names = path.split('/').filter((name) => name !== '')
  for (let depth = 1; depth <= names.length; depth += 1) {
    const directory = `/${names.slice(0, depth).join('/')}`
    if ((yield* FileSystem.stat({ path: directory })) !== null) continue
    yield* FileSystem.makeDirectory({ path: directory, mode: depth === names.length ? 0o750 : 0o755 })
  }
}
