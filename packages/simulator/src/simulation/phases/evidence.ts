import {
  type CompareRestored,
  type Copies,
  collectEvidence,
  compareByFiles,
  compareInMemory,
  listCopies,
  type PortHandlers,
} from '@dr-drill/runbook-core'
import { STEMEDB_ENDPOINT, stemedbReadback } from '@dr-drill/runbook-core/stemedb'
import { SimulatedDisk } from '../../disk/index.ts'
import type { SimulationOptions } from '../options.ts'
import type { SimulatedWorld } from '../simulated-world.ts'

/** What lies in the source before the run. */
export const copiesBefore = (world: SimulatedWorld): Copies => world.drive(listCopies('source'))

/** Collects what the verdict rests on, by the code that every target uses, into the run's journal. */
export function gatherEvidence(world: SimulatedWorld, before: Copies): void {
  const { prepared, ledgerGiven, trusted, failureAt } = world.options
  const evidence = world.drive(
    collectEvidence({
      record: world.tape.record(),
      runbook: prepared.runbook,
      pack: prepared.pack,
      target: world.observed,
      changesOwners: true,
      compareRestored: comparison(world.options),
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

/** Where computed things are remembered the oracle compares in memory, else as real runs do; both say the same. */
function comparison({ checksums, ledgerGiven, production, failureAt }: SimulationOptions): CompareRestored {
  const cut = production.cutAt(failureAt)
  const shared = { readback: stemedbReadback({ checksums }), endpoint: STEMEDB_ENDPOINT, failureAt }
  if (checksums.memory !== undefined) {
    const ledger = ledgerGiven ? production.oracleLedger : null
    return compareInMemory({ ...shared, ledger, lineCount: cut.lines })
  }
  const ledger = ledgerGiven ? cut.ledgerFile() : null
  return compareByFiles({
    ...shared,
    hostFiles: oracleFiles(ledger),
    readbackFile: '/readback.jsonl',
    scratch: '/scratch',
    ledger: ledger === null ? null : '/ledger.jsonl',
  })
}

function oracleFiles(ledger: Uint8Array | null): PortHandlers {
  const disk = new SimulatedDisk()
  disk.place('/scratch/.keep', new Uint8Array(0))
  if (ledger !== null) disk.place('/ledger.jsonl', ledger)
  return disk.handlers() as unknown as PortHandlers
}
