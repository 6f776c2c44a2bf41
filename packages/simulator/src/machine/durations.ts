/** How long things take. One byte of a simulated world stands for `scale` bytes whenever a duration is computed. */
export interface Durations {
  readonly scale: number
  /** What a link between places carries, bytes per second of real size. */
  readonly linkBytesPerSecond: number
  readonly linkLatencyMs: number
  /** What a disk reads or writes in a row. */
  readonly diskBytesPerSecond: number
  /** Recovery of the engine: log is replayed record by record, a checkpoint is loaded. */
  readonly replayBytesPerSecond: number
  readonly loadBytesPerSecond: number
}

/**
 * A host with a link of 1 Gbit/s and solid-state disks, as the runbook's prerequisites ask for; 64 KiB stand for four gigabytes, so that a
 * world of a few thousand records is restored in the better part of an hour.
 */
export const STANDARD_DURATIONS: Durations = Object.freeze({
  scale: 65_536,
  linkBytesPerSecond: 100_000_000,
  linkLatencyMs: 20,
  diskBytesPerSecond: 400_000_000,
  replayBytesPerSecond: 40_000_000,
  loadBytesPerSecond: 200_000_000,
})

/** Nothing takes any time but what waits for a timer. */
export const NO_DURATIONS: Durations = Object.freeze({
  scale: 0,
  linkBytesPerSecond: 1,
  linkLatencyMs: 0,
  diskBytesPerSecond: 1,
  replayBytesPerSecond: 1,
  loadBytesPerSecond: 1,
})

/** Whole ms that so many simulated bytes take at a rate of real bytes. */
export function transferMs(durations: Durations, bytes: number, bytesPerSecond: number): number {
  return Math.ceil((bytes * durations.scale * 1000) / bytesPerSecond)
}

/** How long the engine's recovery takes. */
export function startUpMs(durations: Durations, checkpointBytes: number, logBytes: number): number {
  return (
    transferMs(durations, checkpointBytes, durations.loadBytesPerSecond) +
    transferMs(durations, logBytes, durations.replayBytesPerSecond)
  )
}
