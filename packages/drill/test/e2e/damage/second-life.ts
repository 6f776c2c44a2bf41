import { formatInstant } from '@dr-drill/runbook-core'
import { type World, worldSigningKey } from '@dr-drill/simulator'
import type { DamagedProduction } from './damaging.ts'
import type { LivingHost, Served } from './living-host.ts'
import { virtualDrill } from './virtual-drill.ts'

const FIVE_MINUTES_MS = 300_000

/** A production that was lost once, restored into its own bucket, and went on there in a history of its own until it is lost again. */
export interface SecondLife extends Omit<DamagedProduction, 'foreign'> {
  /** Records that were restored, the test write of that restore included. */
  readonly inherited: number
}

/** Restores a world and lets it live on: writes before, between and behind further backups, the last never archived. */
export function secondLife(world: World, seed: number): SecondLife {
  const signer = worldSigningKey(seed)
  const source = world.s3.fork()
  const lines: string[] = []
  let failureAt = 0
  let inherited = 0
  const live = (host: LivingHost): void => {
    const tell = ({ key, position, digest }: Served) => {
      lines.push(JSON.stringify({ op: 'submitted', key, digest }))
      const at = formatInstant(host.now())
      lines.push(JSON.stringify({ op: 'acknowledged', key, position: String(position), at, digest }))
    }
    const writes = (part: string) => {
      for (let n = 1; n <= 12; n += 1) tell(host.write(`${part}-${n}`))
      host.pass(FIVE_MINUTES_MS)
    }
    const known = host.served()
    inherited = known.length
    known.forEach(tell)
    for (const part of ['a', 'b']) {
      writes(part)
      host.archive()
      host.backup()
    }
    for (const part of ['c', 'd']) {
      writes(part)
      host.archive()
    }
    writes('never-archived')
    failureAt = host.now()
  }
  const { judged } = virtualDrill({
    source,
    failureAt: world.failureAt,
    ledger: null,
    trustKey: world.trustKey,
    life: { signer, live },
  })
  if (failureAt === 0) throw new Error(`the first restore ended so: ${judged.verdict.reason}`)
  const header = {
    kind: 'ledger',
    schemaVersion: 1,
    unit: 'assertion',
    coverage: 'complete',
    order: 'none',
    domain: 'history',
    history: 'second',
    failureAt: formatInstant(failureAt),
  }
  const ledgerText = `${[JSON.stringify(header), ...lines].join('\n')}\n`
  return { s3: source, ledgerText, failureAt, trustKey: world.trustKey, signer, inherited }
}
