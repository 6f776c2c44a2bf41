import {
  type Copies,
  collectEvidence,
  compareByFiles,
  listCopies,
  type PortHandlers,
} from '@dr-drill/runbook-core'
import { STEMEDB_ENDPOINT, stemedbReadback } from '@dr-drill/runbook-core/stemedb'
import { SimulatedDisk } from '../../disk/index.ts'
import type { SimulatedWorld } from '../simulated-world.ts'

/** What lies in the source before the run. */
export const copiesBefore = (world: SimulatedWorld): Copies => world.drive(listCopies('source'))

/** Collects what the verdict rests on, by the code that every target uses, into the run's journal. */
export function gatherEvidence(world: SimulatedWorld, before: Copies): void {
  const { prepared, checksums, ledgerGiven, trusted, failureAt, production } = world.options
  const ledger = ledgerGiven ? production.cutAt(failureAt).ledgerFile() : null
  const evidence = world.drive(
    collectEvidence({
      record: world.tape.record(),
      runbook: prepared.runbook,
      pack: prepared.pack,
      target: world.observed,
      changesOwners: true,
      compareRestored: compareByFiles({
        readback: stemedbReadback({ checksums }),
        endpoint: STEMEDB_ENDPOINT,
        hostFiles: oracleFiles(ledger),
        readbackFile: '/readback.jsonl',
        scratch: '/scratch',
        ledger: ledger === null ? null : '/ledger.jsonl',
        failureAt,
      }),
      ledgerGiven,
      trustKeyGiven: trusted,
      failureAt,
      sourceBefore: before,
      diskPeakBytes: world.witness.peakBytes,
      fullSize: true,
    }),
  )
  const requests = world.stores.sourceRequests()
  world.tape.add([
    ...evidence,
    { type: 'evidence-collected', subject: 'source-requests', evidence: { ...requests } },
  ])
}

function oracleFiles(ledger: Uint8Array | null): PortHandlers {
  const disk = new SimulatedDisk()
  disk.place('/scratch/.keep', new Uint8Array(0))
  if (ledger !== null) disk.place('/ledger.jsonl', ledger)
  return disk.handlers() as unknown as PortHandlers
}
