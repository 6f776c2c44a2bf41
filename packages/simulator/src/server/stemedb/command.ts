import { fileURLToPath } from 'node:url'

/** From sources the entry is TypeScript, which Node runs as it is; from a build it is what that became. */
const isSource = import.meta.url.endsWith('.ts')

/** The file that runs a StemeDB server as a process of its own. */
export const stemedbServerEntry: string = fileURLToPath(
  new URL(isSource ? 'main.ts' : 'main.js', import.meta.url),
)

/** Argument vector of a StemeDB server process, for the Node that runs this one. Settings go into its environment. */
export function stemedbServerCommand(): readonly [string, ...string[]] {
  return [process.execPath, ...(isSource ? ['--conditions=source'] : []), stemedbServerEntry]
}
