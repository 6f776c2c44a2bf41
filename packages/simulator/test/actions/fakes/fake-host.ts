import {
  ActionRegistry,
  type AlertsContract,
  type AnyAction,
  actionsFor,
  CAPABILITIES,
  type Call,
  type Capability,
  type CommandInput,
  type CommandResult,
  driveSync,
  environment,
  type HostFacts,
  type Obligation,
  OperatingError,
  type PortHandlers,
  Runtime,
  type Task,
  utf8Decode,
  utf8Encode,
} from '@dr-drill/runbook-core'
import { SimulatedDisk } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { VirtualClock } from '../../../../runbook-core/test/engine/support/virtual-clock.ts'
import { expectDeclared } from './declared.ts'
import { FakeServices } from './services.ts'
import { FakeStore } from './store.ts'
import { ToyDatabase } from './toy-database.ts'

/** Where a run dies: at a call, before or after it is performed. */
export interface Death {
  readonly call: number
  readonly when: 'before' | 'after'
}

/** How an action is performed. */
export interface Performing {
  readonly capabilities?: readonly Capability[]
  readonly approvedBy?: string
  readonly death?: Death
}

/** A host, its service manager, its stores and its surroundings, in memory; actions are performed on it one by one. */
export class FakeHost {
  /** 20 GB. */
  readonly disk = new SimulatedDisk({ capacityBytes: 20e9 })
  readonly files = this.disk.handlers()
  readonly services = new FakeServices()
  readonly store = new FakeStore()
  readonly database = new ToyDatabase()
  readonly clock = new VirtualClock()
  readonly obligations: Obligation[] = []
  readonly told: string[] = []
  readonly notices: unknown[] = []
  readonly commands: CommandInput[] = []
  facts: HostFacts = {
    name: 'recovery',
    cpuCores: 4,
    memoryBytes: 16e9,
    linkBitsPerSecond: 1e9,
    superuser: true,
    platform: 'linux',
  }
  accounts: Record<string, boolean> = { stemedb: true }
  pool: readonly string[] = ['old-primary']
  fenced: readonly string[] = []
  alerts: {
    firing: readonly { readonly name: string; readonly since: number }[]
    targets: ReturnType<AlertsContract['targets']>
  } = { firing: [], targets: [{ name: 'toy', up: true }] }
  /** What each resolver answers, by time since the update. */
  resolvers: readonly string[] = ['one', 'two']
  resolves: (resolver: string) => readonly string[] = () => [this.dnsAddress]
  dnsAddress = 'old-primary'
  command: (input: CommandInput) => Partial<CommandResult> = () => ({})
  /** Calls of the last performed action. */
  calls: Call<unknown>[] = []
  readonly registry = new ActionRegistry(actionsFor(this.database.pack))

  action(kind: string): AnyAction {
    const found = this.registry.get(kind)
    if (found === null) throw new TypeError(`no action ${kind}`)
    return found
  }

  /** A file's text; null when it is not there. */
  text(path: string): string | null {
    const stat = this.files.stat({ path })
    return stat === null ? null : utf8Decode(this.files.read({ path, offset: 0, length: stat.sizeBytes }))
  }

  /** Puts a durable file there. */
  place(path: string, text: string, more: { mode?: number; owner?: string; group?: string } = {}): this {
    this.disk.place(path, utf8Encode(text), more)
    return this
  }

  /**
   * Performs one action and gives its output, checked by its schema; null when the run died. Whatever it does is compared with what
   * it declares.
   */
  // biome-ignore lint/suspicious/noExplicitAny: outputs are checked by each action's own schema
  perform(kind: string, given: unknown, how: Performing = {}): any {
    const action = this.action(kind)
    const input = action.input.parse(given)
    const output = this.#drive(action.run(input, this.#context(how)), how.death)
    expectDeclared(action, input, this.calls)
    return output === null ? null : action.output.parse(JSON.parse(JSON.stringify(output.value)))
  }

  /** The operating error of an action that has to fail. */
  failure(kind: string, given: unknown, how: Performing = {}): OperatingError {
    try {
      this.perform(kind, given, how)
    } catch (error) {
      if (error instanceof OperatingError) return error
      throw error
    }
    throw new TypeError(`${kind} did not fail`)
  }

  /** Any task on this host. */
  run<A>(task: Task<A>): A {
    return (this.#drive(task) as { value: A }).value
  }

  #context({ capabilities, approvedBy }: Performing) {
    return {
      runId: 'run',
      step: 'step',
      idempotencyKey: 'ab'.repeat(32),
      attempt: 1,
      approvedBy: approvedBy ?? null,
      checksums: nativeChecksums,
      capabilities: new Set(capabilities ?? CAPABILITIES),
    }
  }

  #drive<A>(task: Task<A>, death?: Death): { readonly value: A } | null {
    this.calls = []
    const at = (when: Death['when']) => (call: Call<unknown>) => {
      if (when === 'before') this.calls.push(call)
      if (death?.when === when && death.call === this.calls.length) runtime.crash()
    }
    const hooks = { beforeCall: at('before'), afterCall: at('after') }
    const runtime: Runtime = new Runtime({ adoptsPromises: false, hooks })
    const exit = driveSync(task, this.#environment(), { time: this.clock, runtime })
    if (exit === null) return null
    if (exit.kind === 'failure') throw exit.error
    if (exit.kind === 'interrupted') throw new TypeError('interrupted')
    return exit
  }

  #environment() {
    const handlers = {
      Clock: this.clock.handlers,
      Log: { write: ({ message }: { message: string }) => void this.told.push(message) },
      Random: { uint32: () => 0, bytes: () => new Uint8Array(8) },
      FileSystem: this.disk.handlers(),
      ObjectStore: this.store.handlers(this.disk),
      Services: this.services.handlers,
      Http: this.database.handlers,
      Obligations: {
        take: (one: Obligation) => void this.obligations.push(one),
        discharged: () => undefined,
      },
      Host: {
        facts: () => this.facts,
        accounts: ({ names }: { names: string[] }) =>
          Object.fromEntries(names.map((one) => [one, this.accounts[one] === true])),
      },
      Commands: { run: (input: CommandInput) => this.#runCommand(input) },
      Notifier: { send: (notice: unknown) => void this.notices.push(notice) },
      Alerts: { firing: () => this.alerts.firing, targets: () => this.alerts.targets },
      Traffic: {
        backends: () => this.pool,
        route: ({ backend }: { backend: string }) => {
          this.pool = [backend]
        },
        fence: ({ host }: { host: string }) => {
          this.fenced = [...new Set([...this.fenced, host])]
          return { proof: `${host} answers nobody` }
        },
      },
      Dns: {
        resolve: () =>
          this.resolvers.map((resolver) => ({ resolver, addresses: this.resolves(resolver), ttlMs: 1 })),
        update: ({ address }: { address: string }) => {
          this.dnsAddress = address
        },
      },
    }
    return environment(handlers as unknown as Record<string, PortHandlers>)
  }

  #runCommand(input: CommandInput): CommandResult {
    this.commands.push(input)
    return { exitCode: 0, signal: null, stdout: '', stderr: '', ...this.command(input) }
  }
}
