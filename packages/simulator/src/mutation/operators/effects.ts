import type { MutationOperator } from '../mutant.ts'

/** An operator for a call that an action forgets: at every step, since only a run tells which steps make it. */
function skipping(name: string, verb: string, port: string, method: string): MutationOperator {
  return {
    name,
    verb,
    *mutants(runbook) {
      for (const { id: step } of runbook.steps) {
        yield {
          operator: name,
          site: `steps.${step}`,
          detail: `${step} makes no ${port}.${method}`,
          runbook,
          skips: { step, port, method },
        }
      }
    },
  }
}

/** File contents are not made durable. */
export const skipFsync = skipping('skip-fsync', 'skip the fsync of files', 'FileSystem', 'sync')
/** Names are not made durable. */
export const skipDirectoryFsync = skipping(
  'skip-directory-fsync',
  'skip the fsync of directories',
  'FileSystem',
  'syncDirectory',
)
/** Modes stay as they are. */
export const skipMode = skipping('skip-mode', 'leave the modes of files', 'FileSystem', 'setMode')
/** Owners stay as they are. */
export const skipOwner = skipping('skip-owner', 'leave the owners of files', 'FileSystem', 'setOwner')
