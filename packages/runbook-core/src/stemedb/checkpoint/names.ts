const CHECKPOINT = /^checkpoint-(\d{12,16})\.kv$/
const UNFINISHED = /^checkpoint-\d{12,16}\.kv\.tmp$/

/** File name of the checkpoint that holds everything up to a position: `checkpoint-000000012345.kv`; names sort as positions do. */
export function checkpointFileName(appliedPosition: number): string {
  return `checkpoint-${String(appliedPosition).padStart(12, '0')}.kv`
}

/** The applied position in a checkpoint's file name; null when it is none. */
export function parseCheckpointFileName(name: string): number | null {
  const digits = CHECKPOINT.exec(name)?.[1]
  if (digits === undefined) return null
  const position = Number(digits)
  return Number.isSafeInteger(position) && checkpointFileName(position) === name ? position : null
}

/** Name under which a checkpoint is written until it is complete and durable. */
export function unfinishedCheckpointName(appliedPosition: number): string {
  return `${checkpointFileName(appliedPosition)}.tmp`
}

/** True for what a crash in the middle of writing a checkpoint leaves. */
export function isUnfinishedCheckpoint(name: string): boolean {
  return UNFINISHED.test(name)
}
