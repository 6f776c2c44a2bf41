import {
  type ActionRegistry,
  type FaultRecord,
  faultsOf,
  invariant,
  type QualifiedRunbook,
  type RunEvent,
  type RunRecord,
} from '@dr-drill/runbook-core'
import type { S3RuleRecord } from '@dr-drill/simulator'
import type { Account } from '../../../ports/processes/accounts.ts'
import type { RunJournal } from '../journal.ts'
import type { RunRequest } from '../run-request.ts'
import type { PreparedStores } from '../source.ts'
import { badPermissionsOn } from './bad-permissions.ts'
import { type PlannedFault, plannedFaults } from './damaged-source.ts'
import { killRunnerOn } from './kill-runner.ts'
import type { MomentFault } from './moment-fault.ts'
import { PlacedRoots } from './placed-roots.ts'
import { s3OutageOn } from './s3-outage.ts'
import { StoreRules } from './store-rules.ts'
import { strikingStep } from './striking-step.ts'
import { watchJournal } from './watch-journal.ts'

export interface LocalFaultsOptions {
  readonly request: RunRequest
  readonly runbook: QualifiedRunbook
  readonly actions: ActionRegistry
  /** What an earlier process of this run did; null for a new run. */
  readonly record: RunRecord | null
  readonly stores: PreparedStores
  /** Of the embedded stores' own requests. */
  readonly token: string
  readonly root: string
  readonly account: Account | null
}

/** A fault whose striking the stores tell: by rules that were asked. */
interface Observed {
  readonly fault: FaultRecord
  readonly ids: readonly string[]
  readonly detail: string
}

/** The faults of one run on real things: armed when its steps begin, each told in the journal when it was seen to strike. */
export class LocalFaults {
  readonly #moments: MomentFault[] = []
  readonly #source: StoreRules | null
  readonly #archive: StoreRules | null
  readonly #sourceRules: S3RuleRecord[] = []
  readonly #placed: PlacedRoots
  #observed: Observed[] = []

  constructor(options: LocalFaultsOptions) {
    const { request, stores, record } = options
    this.#placed = new PlacedRoots(options.runbook, options.actions, record)
    this.#source = embedded(stores, stores.source.endpoint, options.token)
    this.#archive = embedded(stores, stores.archive.endpoint, options.token)
    const planned = plannedFaults(request.work)
    const known = record === null ? [] : faultsOf(record)
    request.faults.forEach((fault, index) => {
      const fired = known[index]?.fired === true
      const plan = planned.find((one) => one.index === index)
      if (plan !== undefined) this.#addRules(fault, request.healed === true ? healed(plan) : plan, fired)
      else if (!fired && request.healed !== true) this.#moments.push(this.#moment(fault, index, options))
    })
  }

  /** Sets the rules of the stores: from here on faults strike. */
  async arm(): Promise<void> {
    if (this.#sourceRules.length > 0) await this.#source?.replace(this.#sourceRules)
  }

  /** The journal, through which moments are seen and strikes are told. */
  watch(journal: RunJournal): RunJournal {
    if (this.#moments.length === 0 && this.#observed.length === 0) return journal
    const handlers = watchJournal(journal.handlers, {
      moments: this.#moments,
      onEvent: (event) => this.#placed.observe(event),
      struck: () => this.#struck(),
    })
    return { ...journal, handlers }
  }

  /** Lets go of timers; twice is fine. */
  end(): void {
    for (const moment of this.#moments) moment.end()
  }

  /** The steps have ended: stores are whole again (what was damaged stays so), and what struck since is told. */
  async conclude(): Promise<readonly RunEvent[]> {
    this.end()
    const events = await this.#struck()
    await Promise.all([this.#source, this.#archive].map((store) => clear(store)))
    return events
  }

  #addRules(fault: FaultRecord, { index, plan }: PlannedFault, fired: boolean): void {
    const rules = plan.rules
      .map((rule, at) => ({ ...rule, id: `${index}/${at}` }))
      // What struck once is over; what lasts goes on after a resume, too.
      .filter(({ times }) => !fired || times === null)
    this.#sourceRules.push(...rules)
    if (!fired) this.#observed.push({ fault, ids: rules.map(({ id }) => id), detail: plan.detail })
  }

  #moment(fault: FaultRecord, index: number, options: LocalFaultsOptions): MomentFault {
    const step = strikingStep(fault, options.runbook, options.actions)
    invariant(step !== null, `fault ${fault.kind} knows its step`)
    if (fault.kind === 'kill-runner') return killRunnerOn(fault, step)
    if (fault.kind === 'bad-permissions') {
      const { root, account } = options
      return badPermissionsOn(fault, step, { root, account, roots: () => this.#placed.roots })
    }
    invariant(fault.kind === 's3-outage', `fault ${fault.kind} can strike here`)
    const id = `${index}/outage`
    const { store } = fault.with
    const struck = [store === 'archive' ? null : this.#source, store === 'source' ? null : this.#archive]
    const stores = struck.filter((one) => one !== null)
    this.#observed.push({ fault, ids: [id], detail: `connections were reset since step ${step} began` })
    return s3OutageOn(fault, id, step, stores)
  }

  /** Faults whose rules were asked since this was last looked at. */
  async #struck(): Promise<readonly RunEvent[]> {
    if (this.#observed.length === 0) return []
    const counted = await Promise.all([this.#source, this.#archive].map(countsOf))
    const timesOf = ({ ids }: Observed): number =>
      counted.reduce((sum, hits) => sum + ids.reduce((all, id) => all + (hits.get(id) ?? 0), 0), 0)
    const struck = this.#observed.filter((one) => timesOf(one) > 0)
    this.#observed = this.#observed.filter((one) => !struck.includes(one))
    return struck.map((one) => ({
      type: 'fault-fired',
      fault: one.fault,
      detail: `${one.detail}; seen in ${timesOf(one)} requests`,
    }))
  }
}

/** The trouble is over: requests are only watched. What was damaged at rest stays so. */
const healed = (planned: PlannedFault): PlannedFault => ({
  ...planned,
  plan: { ...planned.plan, rules: planned.plan.rules.filter(({ action }) => action.kind === 'pass') },
})

/** A store that does not tell has ended; what struck in it and was not told did not strike for certain. */
async function countsOf(store: StoreRules | null): Promise<ReadonlyMap<string, number>> {
  return (await store?.hits().catch(() => null)) ?? new Map()
}

async function clear(store: StoreRules | null): Promise<void> {
  if (store !== null && store.rules.length > 0) await store.replace([]).catch(() => {})
}

function embedded(stores: PreparedStores, endpoint: string | null, token: string): StoreRules | null {
  const isOurs = stores.servers.some(({ url }) => url === endpoint)
  return isOurs && endpoint !== null ? new StoreRules(endpoint, token) : null
}
