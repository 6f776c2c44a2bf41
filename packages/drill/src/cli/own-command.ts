import { fileURLToPath } from 'node:url'

/**
 * The argument vector that runs this very command line again as a child: the same Node, the same files. Sources need the
 * condition by which packages resolve to theirs.
 */
export function ownCommand(): readonly [string, ...string[]] {
  const runsSources = import.meta.url.endsWith('.ts')
  const main = fileURLToPath(new URL(runsSources ? './main.ts' : './main.js', import.meta.url))
  return [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    ...(runsSources ? ['--conditions=source'] : []),
    main,
  ]
}
