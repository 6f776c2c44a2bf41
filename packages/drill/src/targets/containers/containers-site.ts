import { invariant, OperatingError } from '@dr-drill/runbook-core'
import { agentProgram } from '../../agent/program.ts'
import type { AgentClient } from '../../agent/runner/agent-client.ts'
import { openAgentTarget } from '../../agent/runner/agent-target.ts'
import { attachAgent } from '../attach-agent.ts'
import type { LocalRunHooks } from '../local/run-hooks.ts'
import type { RunRequest } from '../local/run-request.ts'
import type { PreparedStores } from '../local/source.ts'
import type { RunSite, SiteKnown, SiteSecrets } from '../run-site.ts'
import { askingEngine } from './engine/engine-error.ts'
import { untilAborted } from './engine/within.ts'
import {
  type ContainerEnvironment,
  discardEnvironment,
  startEnvironment,
  stopEnvironment,
} from './environment.ts'
import { type ContainerStores, isHistoryWhole, prepareContainerStores } from './history/container-stores.ts'
import { hostMachine } from './host-agent.ts'
import { placeHostSecrets } from './host-secrets.ts'

/** Containers of this machine's engine: MinIO, production until its disaster, a recovery host that boots. */
export function containersSite(directory: string, request: RunRequest, hooks: LocalRunHooks): RunSite {
  return new ContainersSite(directory, request, hooks)
}

class ContainersSite implements RunSite {
  readonly #directory: string
  readonly #request: RunRequest
  readonly #hooks: LocalRunHooks
  #isStarted = false
  #environment: ContainerEnvironment | null = null
  #stores: ContainerStores | null = null
  #agent: AgentClient | null = null

  constructor(directory: string, request: RunRequest, hooks: LocalRunHooks) {
    this.#directory = directory
    this.#request = request
    this.#hooks = hooks
  }

  stores(given: SiteSecrets): Promise<PreparedStores> {
    return untilAborted(
      given.signal,
      askingEngine(() => this.#prepare(given)),
    )
  }

  async #prepare({ secrets, servers, signal }: SiteSecrets): Promise<PreparedStores> {
    const { file, isBundled } = agentProgram()
    if (!isBundled) throw notBundled(file)
    this.#isStarted = true
    const { say, variables } = this.#hooks
    const { runId } = this.#request
    const root = secrets.sourceWriter
    const keepsObjects = isHistoryWhole(this.#request)
    this.#environment = await startEnvironment({ runId, root, agent: file, keepsObjects, variables, say })
    signal.throwIfAborted()
    this.#stores = await prepareContainerStores(
      { request: this.#request, secrets, servers, signal, hooks: this.#hooks },
      this.#environment,
    )
    return this.#stores.prepared
  }

  async attach(known: SiteKnown): Promise<AgentClient> {
    const { host } = this.#started()
    const { source, archive } = this.#storesReady().inner
    const { secrets, historyShiftMs, runbook, resuming, concurrency } = known
    await askingEngine(() => placeHostSecrets(host, { secrets, archive, historyShiftMs }))
    const { adminToken } = secrets
    this.#agent = await attachAgent({
      directory: this.#directory,
      request: this.#request,
      runbook,
      machine: hostMachine(host, { locations: { source, archive }, adminToken, historyShiftMs }),
      program: agentProgram(),
      resuming,
      concurrency,
      onLog: this.#hooks.onLog,
    })
    return this.#agent
  }

  async open(drillStartMs: number) {
    invariant(this.#agent !== null, 'a site is attached before it is opened')
    return await openAgentTarget(this.#agent, () => drillStartMs)
  }

  async close(): Promise<void> {
    if (!this.#isStarted) return
    this.#isStarted = false
    await stopEnvironment(this.#request.runId)
  }

  async discard(): Promise<void> {
    await discardEnvironment(this.#request.runId)
  }

  #started(): ContainerEnvironment {
    invariant(this.#environment !== null, 'the environment is started first')
    return this.#environment
  }

  #storesReady(): ContainerStores {
    invariant(this.#stores !== null, 'stores are prepared first')
    return this.#stores
  }
}

const notBundled = (file: string) =>
  new OperatingError('environment-lacking', 'the agent is not bundled, and containers get it as one file', {
    subject: file,
    hint: 'Run it as ./drill, which builds what is needed.',
  })
