import type {
  Checksums,
  Environment,
  ObjectStoreContract,
  PortHandler,
  PortHandlers,
} from '@dr-drill/runbook-core'
import { STEMEDB_ENDPOINT, STEMEDB_PATHS, STEMEDB_USER } from '@dr-drill/runbook-core/stemedb'
import { type Actor, SimulatedDisk } from '../../disk/index.ts'
import type { Kernel, Processes, RandomStream } from '../../kernel/index.ts'
import { type Durations, Machine, startUpMs, stemedbPrograms } from '../../machine/index.ts'
import type { NetworkControl } from '../../network/index.ts'
import type { StemedbEngine } from '../../stemedb/index.ts'
import { Surroundings, type SurroundingsControl } from '../../surroundings/index.ts'

const HOST_FACTS = {
  name: 'recovery-host',
  cpuCores: 8,
  memoryBytes: 2 ** 35,
  linkBitsPerSecond: 1e10,
  superuser: true,
  platform: 'linux',
}

/** What the recovery host is made from. */
export interface RecoveryHostOptions {
  readonly kernel: Kernel
  readonly processes: Processes
  readonly checksums: Checksums
  readonly durations: Durations
  /** History time at virtual time 0. */
  readonly epochMs: number
  /** The port ObjectStore for an account of the host. */
  readonly stores: (disk: SimulatedDisk, account: Actor) => PortHandler<ObjectStoreContract>
  readonly random: (label: string) => RandomStream
}

/** The machine that is restored onto, and what its ports reach. */
export interface RecoveryHost {
  readonly machine: Machine
  readonly disk: SimulatedDisk
  /** Its clock, as the runner on it reads it. */
  readonly clock: PortHandlers
  /** All ports of the target. */
  readonly ports: Environment
  /** What befalls its links, and what surrounds it. */
  readonly network: NetworkControl | null
  readonly surroundings: SurroundingsControl | null
  /** The engine that serves now; null when none does. For the world's own eyes. */
  readonly engine: () => StemedbEngine | null
}

/** An empty machine with its accounts. */
export function buildRecoveryHost(options: RecoveryHostOptions): RecoveryHost {
  const { kernel, processes, checksums, durations, epochMs, random } = options
  const disk = emptyDisk()
  const surroundings = new Surroundings(() =>
    machine.services.isServing(STEMEDB_ENDPOINT) ? [STEMEDB_ENDPOINT] : [],
  )
  let engine: StemedbEngine | null = null
  const signing = signer(checksums, random('archive-signer'))
  const machine: Machine = new Machine({
    facts: HOST_FACTS,
    kernel,
    processes,
    random: random('host'),
    disk,
    epochMs,
    durations,
    programs: stemedbPrograms({
      checksums,
      engineVersion: '0.1.0',
      keyRef: 'backup-signer',
      store: 'archive',
      startUpMs: (checkpointBytes, logBytes) => startUpMs(durations, checkpointBytes, logBytes),
      onEngine: (opened) => {
        engine = opened
      },
    }),
    ports: (account) => ({
      ObjectStore: options.stores(disk, account),
      Signer: signing,
      ...surroundings.ports,
    }),
  })
  return {
    machine,
    disk,
    clock: machine.clock.handlers as unknown as PortHandlers,
    ports: machine.ports,
    network: null,
    surroundings: null,
    engine: () => (machine.services.isServing(STEMEDB_ENDPOINT) ? engine : null),
  }
}

function emptyDisk(): SimulatedDisk {
  const disk = new SimulatedDisk()
  for (const path of ['/var/lib/stemedb', '/opt', '/etc/default', STEMEDB_PATHS.backups]) {
    disk.place(`${path}/.keep`, new Uint8Array(0))
  }
  for (const path of [STEMEDB_PATHS.home, STEMEDB_PATHS.backups]) {
    disk.handlers().setOwner({ path, owner: STEMEDB_USER, group: STEMEDB_USER })
  }
  return disk
}

function signer(checksums: Checksums, random: RandomStream) {
  const secret = random.bytes(32)
  const publicKey = checksums.ed25519PublicKey(secret)
  return {
    sign: ({ bytes }: { bytes: Uint8Array }) => ({
      signature: checksums.ed25519Sign(secret, bytes),
      publicKey,
    }),
  }
}
