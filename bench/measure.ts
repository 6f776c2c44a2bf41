/** One contestant of a comparison. */
export interface Contestant {
  readonly name: string
  readonly run: () => unknown
}

/** What a contestant needed, best of all rounds: noise of a shared machine only ever adds. */
export interface Measured {
  readonly name: string
  readonly seconds: number
  /** CPU of this process, user and system; a peer's own process is not in it. */
  readonly cpuSeconds: number
  readonly megabytesPerSecond: number
  /** Speed relative to the first contestant: above 1 is faster. */
  readonly ratio: number
}

/** Runs all contestants in turn, round after round, so that what else the machine does hits all alike. The first one is the peer. */
export async function compare(
  sizeBytes: number,
  rounds: number,
  contestants: readonly Contestant[],
): Promise<readonly Measured[]> {
  const best = contestants.map(() => ({
    seconds: Number.POSITIVE_INFINITY,
    cpuSeconds: Number.POSITIVE_INFINITY,
  }))
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { run }] of contestants.entries()) {
      const cpu = process.cpuUsage()
      const startedAt = performance.now()
      await run()
      const seconds = (performance.now() - startedAt) / 1_000
      const { user, system } = process.cpuUsage(cpu)
      const known = best[index] as { seconds: number; cpuSeconds: number }
      known.seconds = Math.min(known.seconds, seconds)
      known.cpuSeconds = Math.min(known.cpuSeconds, (user + system) / 1e6)
    }
  }
  const peer = best[0]?.seconds ?? Number.NaN
  return contestants.map(({ name }, index) => {
    const { seconds, cpuSeconds } = best[index] as { seconds: number; cpuSeconds: number }
    return { name, seconds, cpuSeconds, megabytesPerSecond: sizeBytes / 1e6 / seconds, ratio: peer / seconds }
  })
}
