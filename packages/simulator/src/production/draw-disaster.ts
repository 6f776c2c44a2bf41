import { invariant } from '@dr-drill/runbook-core'
import type { RandomStream } from '../kernel/index.ts'
import type { LedgerLine, OperationRun, Production } from './contract.ts'

const BACKUP = 'stemedb-backup.service'
const ARCHIVE = 'stemedb-archive-wal.service'

/** Where in a production's life a disaster was drawn to strike. */
export type DisasterMoment = 'anywhere' | 'during-backup' | 'during-archive' | 'during-commit'

/**
 * Draws the instant of a disaster, after the first backup is complete: half of the time anywhere, else while a backup, an archive cycle
 * or a commit is under way, which are too short to be met by chance.
 */
export function drawDisaster(
  production: Production,
  random: RandomStream,
): { readonly at: number; readonly moment: DisasterMoment } {
  const first = production.runs.find(({ service, endedAt }) => service === BACKUP && endedAt !== null)
  invariant(first, 'a production lives until its first backup')
  const from = first.endedAt as number
  const moment = random.pick([
    'anywhere',
    'anywhere',
    'anywhere',
    'during-backup',
    'during-archive',
    'during-commit',
  ] as const)
  const within = spanOf(production, moment, from, random)
  return within === null
    ? { at: random.integer(from, production.endsAt), moment: 'anywhere' }
    : { at: random.integer(within.from, within.to), moment }
}

interface Span {
  readonly from: number
  readonly to: number
}

/** A span of that kind after an instant; null: anything will do. */
function spanOf(
  production: Production,
  moment: DisasterMoment,
  from: number,
  random: RandomStream,
): Span | null {
  if (moment === 'anywhere') return null
  if (moment === 'during-commit') return commitAfter(production, from, random)
  const late = runsOf(production, moment).filter((span) => span.from > from && span.to <= production.endsAt)
  return late.length === 0 ? null : random.pick(late)
}

function runsOf({ runs, endsAt }: Production, moment: 'during-backup' | 'during-archive'): readonly Span[] {
  const service = moment === 'during-backup' ? BACKUP : ARCHIVE
  const isOf = (run: OperationRun): boolean => run.service === service
  return runs.filter(isOf).map(({ startedAt, endedAt }) => ({ from: startedAt, to: endedAt ?? endsAt }))
}

/** From a write's sending to the last instant at which its client had not heard: the first such from a drawn line on. */
function commitAfter({ ledger, endsAt }: Production, after: number, random: RandomStream): Span | null {
  const heard = heardOf(ledger)
  const drawn = random.integer(0, ledger.length - 1)
  for (let step = 0; step < ledger.length; step += 1) {
    const { op, key, at: from } = ledger[(drawn + step) % ledger.length] as LedgerLine
    const heardAt = op === 'submitted' && from > after ? heard.get(key) : undefined
    if (heardAt !== undefined && heardAt > from && heardAt <= endsAt) return { from, to: heardAt - 1 }
  }
  return null
}

const heardByLedger = new WeakMap<readonly LedgerLine[], ReadonlyMap<string, number>>()

/** When the client of each key heard that it is durable. Lines are immutable, so this is made once per production. */
function heardOf(ledger: readonly LedgerLine[]): ReadonlyMap<string, number> {
  const known = heardByLedger.get(ledger)
  if (known !== undefined) return known
  const heard = new Map<string, number>()
  for (const { op, key, at } of ledger) if (op === 'acknowledged') heard.set(key, at)
  heardByLedger.set(ledger, heard)
  return heard
}
