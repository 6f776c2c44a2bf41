import {
  type Checksums,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
  type PortHandlers,
} from '@dr-drill/runbook-core'
import {
  STEMEDB_ENDPOINT,
  STEMEDB_PATHS,
  STEMEDB_USER,
  stemedbApiService,
  stemedbProtectionUnits,
} from '@dr-drill/runbook-core/stemedb'
import { ROOT, type SimulatedDisk } from '../../disk/index.ts'
import type { OldPrimaryControl } from '../../faults/index.ts'
import type { Kernel, Processes, RandomStream } from '../../kernel/index.ts'
import { type Durations, Machine, startUpMs, stemedbPrograms } from '../../machine/index.ts'
import type { Production } from '../../production/index.ts'
import type { DisasterKind } from '../incident/disaster.ts'
import type { StorePort } from './stores.ts'

const KEY_REF = 'backup-signer'
const OPS = ['/opt/dr-drill/bin/dr-drill', 'ops'] as const

/** What the host that served before is made from. */
export interface OldPrimaryOptions {
  readonly kernel: Kernel
  readonly processes: Processes
  readonly checksums: Checksums
  readonly durations: Durations
  readonly production: Production
  readonly failureAt: number
  readonly disaster: DisasterKind
  readonly stores: StorePort
  readonly random: RandomStream
}

/**
 * The host that served before the disaster. It is off; where somebody brings it back it boots with what the disaster left of its disk,
 * serves, and its timers archive into production's bucket, until it is fenced.
 */
export class OldPrimary implements OldPrimaryControl {
  /** Keys that it wrote into production's bucket since it came back. */
  readonly archived: string[] = []
  /** Whether somebody was ever told that it is fenced. */
  wasFenceAcknowledged = false
  readonly #options: OldPrimaryOptions
  #machine: Machine | null = null
  #isFenced = false
  #refusals: readonly ('error' | 'lie')[] = []
  #listeners: readonly ((what: string) => void)[] = []

  constructor(options: OldPrimaryOptions) {
    this.#options = options
  }

  /** True while it runs beside the server that is being restored. */
  get isServing(): boolean {
    return this.#machine?.services.isServing(STEMEDB_ENDPOINT) ?? false
  }

  /** True while it has power, whether it answers or not. */
  get isUp(): boolean {
    return this.#machine !== null && !this.#machine.isOff
  }

  /** The port Traffic's fence. @throws environment-lacking when it is refused */
  fence(host: string): { readonly proof: string } {
    const [refusal] = this.#refusals
    if (refusal !== undefined) this.#met(refusal === 'error' ? 'fence-refused' : 'fence-lied')
    if (refusal === 'error') {
      throw new OperatingError('connection-failed', `the power switch of ${host} does not answer`, {
        subject: host,
        retryable: true,
      })
    }
    if (refusal === undefined) {
      this.#isFenced = true
      if (this.#machine !== null) {
        this.#met('kept-out')
        this.#machine.losePower(Number.POSITIVE_INFINITY)
      }
    }
    this.wasFenceAcknowledged = true
    return { proof: `${host} is powered off` }
  }

  comeBack(): void {
    if (this.#isFenced) this.#met('kept-out')
    if (this.#isFenced || this.#machine !== null) return
    const machine = this.#build()
    this.#machine = machine
    const { handlers } = machine.services
    const units = [stemedbApiService(), ...stemedbProtectionUnits({ opsCommand: OPS })]
    const ignored = { onCancel: () => {} }
    handlers.install({ units }, ignored)
    for (const { name, kind } of units) {
      if (kind === 'timer' || name === 'stemedb-api.service') handlers.enable({ name }, ignored)
    }
    machine.services.boot()
    this.#met('came-back')
  }

  refuseFence(how: 'error' | 'lie'): () => void {
    this.#refusals = [...this.#refusals, how]
    return () => {
      const at = this.#refusals.indexOf(how)
      this.#refusals = this.#refusals.filter((_, index) => index !== at)
    }
  }

  onMet(listener: (what: string) => void): void {
    this.#listeners = [...this.#listeners, listener]
  }

  #met(what: string): void {
    for (const listener of this.#listeners) listener(what)
  }

  #build(): Machine {
    const { kernel, processes, checksums, durations, production, failureAt, random } = this.#options
    const disk = this.#disk()
    const { signingKey } = production
    const publicKey = checksums.ed25519PublicKey(signingKey)
    return new Machine({
      facts: {
        name: 'old-primary',
        cpuCores: 8,
        memoryBytes: 2 ** 35,
        linkBitsPerSecond: 1e10,
        superuser: true,
        platform: 'linux',
      },
      kernel,
      processes,
      random,
      disk,
      epochMs: failureAt,
      durations,
      programs: stemedbPrograms({
        checksums,
        engineVersion: production.engineVersion,
        keyRef: KEY_REF,
        store: 'archive',
        startUpMs: (checkpointBytes, logBytes) => startUpMs(durations, checkpointBytes, logBytes),
      }),
      ports: (account) => ({
        ObjectStore: this.#telling(this.#options.stores(disk, account)),
        Signer: {
          sign: ({ bytes }: { bytes: Uint8Array }) => ({
            signature: checksums.ed25519Sign(signingKey, bytes),
            publicKey,
          }),
        } as unknown as PortHandlers,
      }),
    })
  }

  /** What the disaster left of its disk. */
  #disk(): SimulatedDisk {
    const { production, failureAt, disaster, random } = this.#options
    const disk = production.cutAt(failureAt).primaryDisk()
    disk.powerLoss(random.split('disaster'))
    const files = disk.handlers(ROOT)
    if (disaster === 'disk' || disaster === 'ransomware') {
      for (const { name, type } of files.list({ path: STEMEDB_PATHS.wal })) {
        if (type === 'file') files.remove({ path: `${STEMEDB_PATHS.wal}/${name}` })
      }
    }
    disk.place(STEMEDB_PATHS.environmentFile, new Uint8Array(0))
    for (const path of [STEMEDB_PATHS.home, STEMEDB_PATHS.backups, STEMEDB_PATHS.wal, STEMEDB_PATHS.db]) {
      own(disk, path)
    }
    return disk
  }

  #telling(store: PortHandler<ObjectStoreContract>): PortHandler<ObjectStoreContract> {
    const tell = (key: string): void => {
      this.archived.push(key)
      this.#met(`archived ${key}`)
    }
    return {
      ...store,
      put: (input, context) => {
        tell(input.key)
        return store.put(input, context)
      },
      upload: (input, context) => {
        tell(input.key)
        return store.upload(input, context)
      },
    }
  }
}

/** Everything from a path down belongs to the service, as on a host that has run. */
function own(disk: SimulatedDisk, path: string): void {
  const files = disk.handlers(ROOT)
  const stat = files.stat({ path })
  if (stat === null) {
    disk.place(`${path}/.keep`, new Uint8Array(0))
    files.remove({ path: `${path}/.keep` })
  }
  files.setOwner({ path, owner: STEMEDB_USER, group: STEMEDB_USER })
  if (stat?.type === 'directory') {
    for (const { name } of files.list({ path })) own(disk, `${path}/${name}`)
  }
}
