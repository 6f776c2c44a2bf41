import { join } from 'node:path'
import { hexEncode } from '@dr-drill/runbook-core'
import { WORLD_ASSERTIONS, worldSigningKey } from '@dr-drill/simulator'
import type Docker from 'dockerode'
import type { LogEntry } from '../../../ports/log.ts'
import type { StoreLocation } from '../../../ports/object-store/index.ts'
import { dataVolume } from '../engine/data-volume.ts'
import { DiskFiller } from '../machines/disk-filler.ts'
import type { Placement } from '../machines/joined-container.ts'
import { ProductionContainer, type StartedProduction } from '../machines/production-container.ts'
import { TIME_SCALE } from '../parameters.ts'
import { startClient } from './live-clients.ts'
import { writeLivedLedger } from './lived-ledger.ts'
import { startProductionTimers } from './production-timers.ts'

/** A production that is to live on, and to end. */
export interface LiveOptions {
  readonly docker: Docker
  readonly image: string
  readonly placement: Placement
  /** Directory of its history: `host/`, `ledger.jsonl`. */
  readonly world: string
  readonly seed: number
  readonly adminToken: string
  /** As its container reaches it, with keys that may write. */
  readonly store: StoreLocation
  /** Where its ledger goes. */
  readonly ledger: string
  readonly say: (text: string) => void
  readonly onLog: (entry: LogEntry) => void
  readonly signal: AbortSignal
}

/** From the end of an archive cycle to the disaster: what is written in it is lost. */
const TAIL_MS = 2_000

/**
 * Production goes on where its history ends: real clients, real timers, a real disk. Shortly after an archive cycle a disaster befalls
 * it: it is killed, and its disk is gone. What its clients saw is in the ledger.
 */
export async function liveAndDie(options: LiveOptions): Promise<void> {
  const { docker, image, placement, world, seed, say, signal } = options
  const volume = await dataVolume(docker, placement.runId, 'production')
  const contents = { root: join(world, 'host'), signingSeed: hexEncode(worldSigningKey(seed)) }
  await new DiskFiller(image, placement, volume, contents).fill()
  signal.throwIfAborted()
  const { adminToken } = options
  const production = await new ProductionContainer(docker, image, placement, { volume, adminToken }).start()
  say(`production lives on, with clients, and with timers ${TIME_SCALE} times as fast as a real one's`)
  const { failureAt, lines } = await lived(options, production)
  say(`disaster: production was killed at ${new Date(failureAt).toISOString()} and its disk is gone`)
  signal.throwIfAborted()
  await writeLivedLedger(join(world, 'ledger.jsonl'), options.ledger, failureAt, lines)
}

async function lived(options: LiveOptions, production: StartedProduction) {
  const { store, adminToken, onLog } = options
  const client = startClient(production.url, options.seed, 10 * WORLD_ASSERTIONS)
  const timers = await startProductionTimers({ containerId: production.getId(), store, adminToken, onLog })
  try {
    await timers.afterArchiveCycle(options.signal)
    await new Promise((resolve) => setTimeout(resolve, TAIL_MS))
    const stopped = client.stop()
    const { at: failureAt } = await production.destroy()
    await stopped
    return { failureAt, lines: client.lines }
  } finally {
    await timers.stop()
  }
}
