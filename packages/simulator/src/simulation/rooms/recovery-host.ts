import {
  type Checksums,
  type Environment,
  environment,
  type ObjectStoreContract,
  overlay,
  type PortHandler,
  type PortHandlers,
} from '@dr-drill/runbook-core'
import { STEMEDB_ENDPOINT, STEMEDB_PATHS, STEMEDB_USER } from '@dr-drill/runbook-core/stemedb'
import { SimulatedDisk } from '../../disk/index.ts'
import { clockHandlers, type Kernel, type RandomStream, randomHandlers } from '../../kernel/index.ts'
import { ServiceManager } from '../../machine/index.ts'
import { Surroundings } from '../../surroundings/index.ts'

const SERVICE = { user: STEMEDB_USER, groups: [STEMEDB_USER] } as const
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
  readonly checksums: Checksums
  /** History time at virtual time 0. */
  readonly epochMs: number
  readonly stores: PortHandler<ObjectStoreContract>
  readonly random: (label: string) => RandomStream
}

/** The machine that is restored onto, and what its ports reach. */
export interface RecoveryHost {
  readonly disk: SimulatedDisk
  readonly services: ServiceManager
  /** Its clock, as the runner on it reads it. */
  readonly clock: PortHandlers
  /** All ports of the target. */
  readonly ports: Environment
}

/** An empty machine with its accounts. */
export function buildRecoveryHost(options: RecoveryHostOptions): RecoveryHost {
  const { kernel, checksums, epochMs } = options
  const disk = emptyDisk()
  const services = new ServiceManager({ checksums, engineVersion: '0.1.0' })
  const clock = clockHandlers(kernel, { epochMs }) as unknown as PortHandlers
  const ports: Record<string, unknown> = {
    FileSystem: disk.handlers(),
    ObjectStore: options.stores,
    Clock: clock,
    Random: randomHandlers(options.random('host')),
    Signer: signer(checksums, options.random('archive-signer')),
    Log: { write: () => undefined },
    Services: services.handlers,
    Http: services.http,
    ...new Surroundings(() => (services.engine === null ? [] : [STEMEDB_ENDPOINT])).ports,
    Host: {
      facts: () => HOST_FACTS,
      accounts: ({ names }: { names: readonly string[] }) =>
        Object.fromEntries(names.map((name) => [name, true])),
    },
  }
  const target = environment(ports as Record<string, PortHandlers>)
  const service = overlay(target, { FileSystem: disk.handlers(SERVICE) as unknown as PortHandlers })
  services.environments = { service, manager: target }
  return { disk, services, clock, ports: target }
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
