/**
 * A unit (service or timer) as data: rendered to systemd files on real hosts, run by the world in simulation, supervised by
 * `local`. Names are systemd's own.
 */
export interface ServiceUnit {
  readonly kind: 'service'
  /** With suffix: `example-api.service`. */
  readonly name: string
  readonly description: string
  /** `daemon` stays up; `oneshot` runs and ends (what a timer starts). */
  readonly type: 'daemon' | 'oneshot'
  readonly argv: readonly [string, ...string[]]
  readonly user: string
  readonly group: string
  readonly environmentFile: string | null
  /** Directories it may write; all else is read-only to it. */
  readonly writablePaths: readonly string[]
  readonly restart: 'no' | 'on-failure'
  readonly restartDelayMs: number
  readonly startTimeoutMs: number
  readonly stopTimeoutMs: number
}

/** A timer: what it starts, and when. */
export interface TimerUnit {
  readonly kind: 'timer'
  /** With suffix: `example-backup.timer`. */
  readonly name: string
  readonly description: string
  /** The service it starts, with suffix. */
  readonly service: string
  readonly intervalMs: number
  /** First run after the interval's multiple of the day: 6 h gives 00:00, 06:00, 12:00, 18:00 UTC. */
  readonly alignedToDay: boolean
  readonly accuracyMs: number
}

/** A service or a timer. */
export type Unit = ServiceUnit | TimerUnit
