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
import {
  type CommandModels,
  type Durations,
  Machine,
  startUpMs,
  stemedbPrograms,
} from '../../machine/index.ts'
import { Network, storeOverLinks, surroundingsOverLinks } from '../../network/index.ts'
import type { StemedbEngine } from '../../stemedb/index.ts'
import { Surroundings } from '../../surroundings/index.ts'
import type { StorePort } from './stores.ts'

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
  readonly stores: StorePort
  readonly random: (label: string) => RandomStream
  /** The host that served before: whether it answers clients, and what keeps it from that for good. */
  readonly oldPrimaryServes: () => boolean
  readonly fence: (host: string) => string
  readonly commands?: CommandModels
  /** Whether these bytes are the engine's program. */
  readonly isProgram: (bytes: Uint8Array) => boolean
  /** Whether a whole backup lies in the archive of the restored server. */
  readonly isBackedUp: () => boolean
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
  readonly network: Network
  readonly surroundings: Surroundings
  /** The engine that serves now; null when none does. For the world's own eyes. */
  readonly engine: () => StemedbEngine | null
}

/** An empty machine with its accounts. */
export function buildRecoveryHost(options: RecoveryHostOptions): RecoveryHost {
  const { kernel, processes, checksums, durations, epochMs, random } = options
  const disk = emptyDisk(checksums.memory !== undefined)
  const network = new Network({ kernel, processes, durations, random: random('network') })
  const surroundings: Surroundings = surroundingsOf(options, network, () => machine)
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
    ...(options.commands === undefined ? {} : { commands: options.commands }),
    programs: stemedbPrograms({
      checksums,
      engineVersion: '0.1.0',
      keyRef: 'backup-signer',
      store: 'archive',
      isProgram: options.isProgram,
      startUpMs: (checkpointBytes, logBytes) => startUpMs(durations, checkpointBytes, logBytes),
      onEngine: (opened) => {
        engine = opened
      },
    }),
    ports: (account) => ({
      ObjectStore: hostStores(network, 'recovery-host', disk, account, options.stores),
      Signer: signing,
      ...surroundingsOverLinks({ network, from: 'recovery-host', client: account.user }, surroundings.ports),
    }),
  })
  network.performLateIn(machine.ports)
  machine.powerListeners.push(() => network.cut('recovery-host'))
  return {
    machine,
    disk,
    clock: machine.clock.handlers as unknown as PortHandlers,
    ports: machine.ports,
    network,
    surroundings,
    engine: () => (machine.services.isServing(STEMEDB_ENDPOINT) ? engine : null),
  }
}

/** The port ObjectStore of an account of a host, over the host's links. The old primary archives into the source of the drill. */
export function hostStores(
  network: Network,
  from: 'recovery-host' | 'old-primary',
  disk: SimulatedDisk,
  account: Actor,
  stores: StorePort,
): PortHandler<ObjectStoreContract> {
  const placeOf = (store: string) => (from === 'recovery-host' && store === 'archive' ? 'archive' : 'source')
  const transferred = {
    sizeBytes: (path: string) => disk.bytesBelow(path),
    cut: (path: string, part: number) => disk.keepPart(path, part),
  }
  return storeOverLinks({ network, from, client: account.user }, stores(disk, account), placeOf, transferred)
}

/** Names, balancer, monitoring and people around the host; they reach it over the network, like everybody. */
function surroundingsOf(
  { kernel, epochMs, random, oldPrimaryServes, fence, isBackedUp }: RecoveryHostOptions,
  network: Network,
  machineOf: () => Machine,
): Surroundings {
  const servedSince = () => machineOf().services.servedSince(STEMEDB_ENDPOINT)
  return new Surroundings({
    kernel,
    epochMs,
    random: random('surroundings'),
    oldPrimary: 'old-primary',
    targets: [STEMEDB_ENDPOINT],
    hostAnswersSince: (host) => {
      if (host !== 'recovery-host') return oldPrimaryServes() ? 0 : null
      return network.isOpen('balancer', 'recovery-host') ? servedSince() : null
    },
    targetAnswersSince: () => (network.isOpen('monitoring', 'recovery-host') ? servedSince() : null),
    // A server whose data nobody has backed up yet: what every restore makes fire for a while.
    alertRules: () => (servedSince() !== null && !isBackedUp() ? ['BackupTooOld'] : []),
    fence,
  })
}

/** Where computed things are remembered, readers get the bytes themselves: a copy would be unknown to everybody. */
function emptyDisk(lendsBytes: boolean): SimulatedDisk {
  const disk = new SimulatedDisk({ lendsBytes })
  for (const path of ['/var/lib/stemedb', '/opt', '/etc/default', STEMEDB_PATHS.backups]) {
    disk.place(`${path}/.keep`, new Uint8Array(0))
  }
  for (const path of [STEMEDB_PATHS.home, STEMEDB_PATHS.backups]) {
    disk.handlers().setOwner({ path, owner: STEMEDB_USER, group: STEMEDB_USER })
    // The machine had them long before: no power loss takes that back.
    disk.handlers().syncDirectory({ path })
  }
  return disk
}

function signer(checksums: Checksums, random: RandomStream) {
  const secret = random.bytes(32)
  let publicKey: Uint8Array | null = null
  return {
    sign: ({ bytes }: { bytes: Uint8Array }) => {
      // Many drills end before anything is signed.
      publicKey ??= checksums.ed25519PublicKey(secret)
      return { signature: checksums.ed25519Sign(secret, bytes), publicKey }
    },
  }
}
