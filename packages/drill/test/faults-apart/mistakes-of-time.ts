import {
  Clock,
  type ObjectHead,
  type ObjectListing,
  ObjectStore,
  Settle,
  sleep,
  type Task,
} from '@dr-drill/runbook-core'
import { backupName } from '@dr-drill/runbook-core/stemedb'
import {
  finalFailure,
  given,
  inCallsOf,
  type MadeCall,
  type Mistake,
  type Next,
  swallowed,
} from './mistake.ts'

const HOUR_MS = 3_600_000
const BACKUP_EVERY_MS = 6 * HOUR_MS
/** Longer than any backup takes. */
const BACKUP_TAKES_MS = 60_000
/** What names may be remembered for before anybody changes them. */
const OLD_TTL_MS = 300_000
const TOKEN_MS = HOUR_MS / 2
/** Longer than any call takes without a fault: those that move much, and all others. */
const BULK_MS = 60_000
const OTHER_MS = 10_000
const BULK = /download|upload|runOnce|rename|write|read$/

/** The new backup is the one whose name says that it is younger than the run. */
const NAMES_TELL_TIME: Mistake = {
  name: 'knows a new backup by the time in its name',
  make: () => {
    let begunAt: number | null = null
    return (step) => (call, next) => {
      const isListing = step === 'force-backup' && call.port === 'ObjectStore' && call.method === 'list'
      if (call.port === 'Clock' || (begunAt !== null && !isListing)) return next(call)
      return (function* (): Task<unknown> {
        begunAt ??= yield* Clock.historyNow({})
        const answer = yield* new Settle(next(call))
        return isListing ? since(answer as ObjectListing, backupName(begunAt)) : answer
      })()
    }
  },
}

const since = (listing: ObjectListing, name: string): ObjectListing => ({
  ...listing,
  prefixes: listing.prefixes.filter((prefix) => !prefix.startsWith('stemedb-backup-') || prefix >= name),
})

/** A backup counts when the store's time of it is not before the host's own, read as the step began. */
const HOST_CLOCK: Mistake = {
  name: "holds the store's times against the host's clock",
  make: () => {
    let begunAt: number | null = null
    return (step) => (call, next) => {
      if (step !== 'force-backup' || call.port === 'Clock') return next(call)
      return (function* (): Task<unknown> {
        if (begunAt === null || call.method === 'runOnce') begunAt = yield* Clock.historyNow({})
        const { store = '', key = '' } = given(call)
        if (call.method === 'get' && key.endsWith('/manifest.jsonl')) {
          const head: ObjectHead | null = yield* ObjectStore.head({ store, key })
          if (head !== null && head.lastModifiedAt < begunAt)
            throw finalFailure(`${key} seems to be older than the run that made it`)
        }
        return yield* new Settle(next(call))
      })()
    }
  },
}

/** The first backup is left to its timer, and waited for until it must be there. */
const LEAVES_IT_TO_THE_TIMER: Mistake = {
  name: 'leaves the first backup to its timer',
  make: () =>
    inCallsOf('Services.runOnce', (call, next) =>
      given(call).name === 'stemedb-backup.service' ? untilItsTime() : next(call),
    ),
}

function* untilItsTime(): Task<void> {
  const now = yield* Clock.historyNow({})
  yield* sleep(BACKUP_EVERY_MS - (now % BACKUP_EVERY_MS) + BACKUP_TAKES_MS)
}

/** What takes long is given up for good. */
const IMPATIENT: Mistake = {
  name: 'gives up for good what takes longer than it ever did',
  make: () => {
    const slow = new Set<string>()
    return (step) => (call, next) => {
      const what = `${step} ${call.port}.${call.method}`
      return call.port === 'Clock' || call.port === 'Log' ? next(call) : timed(call, next, what, slow)
    }
  },
}

function* timed(call: MadeCall, next: Next, what: string, slow: Set<string>): Task<unknown> {
  if (slow.has(what)) throw finalFailure(`${what} took too long before`)
  const from = yield* Clock.drillNow({})
  const answer = yield* new Settle(next(call))
  if ((yield* Clock.drillNow({})) - from <= (BULK.test(what) ? BULK_MS : OTHER_MS)) return answer
  slow.add(what)
  throw finalFailure(`${what} took too long`)
}

/** Who may change balancer and zone is asked once, as the run begins; what it was given does not last. */
const SHORT_TOKEN: Mistake = {
  name: 'takes a token that is good for half an hour, and never another',
  make: () => {
    let takenAt: number | null = null
    return () => (call, next) => (call.port === 'Clock' ? next(call) : admitted(call, next))

    function* admitted(call: MadeCall, next: Next): Task<unknown> {
      const now = yield* Clock.drillNow({})
      takenAt ??= now
      const isNeeded = call.port === 'Traffic' || call.port === 'Dns'
      if (isNeeded && now - takenAt > TOKEN_MS) throw finalFailure('the token has expired')
      return yield* new Settle(next(call))
    }
  },
}

/** After the old time to live every resolver must have followed: none is asked. */
const WAITS_FOR_THE_TTL: Mistake = {
  name: 'waits for the TTL instead of asking the resolvers',
  make: () => inCallsOf('Dns.resolve', untilTheTtlIsOver),
}

/** The zone is changed, nobody's answer is waited for, and no resolver is asked. */
const CHANGED_UNSEEN: Mistake = {
  name: 'takes silence for a change of the zone, and asks no resolver',
  make: () => () => (call, next) => {
    const what = `${call.port}.${call.method}`
    if (what === 'Dns.update') return swallowed(call, next, undefined)
    return what === 'Dns.resolve' ? untilTheTtlIsOver() : next(call)
  },
}

/** What a resolver would answer then, if all were as it should be. */
function* untilTheTtlIsOver(): Task<unknown> {
  yield* sleep(OLD_TTL_MS)
  return [{ resolver: 'resolver-1', addresses: ['recovery-host'], ttlMs: 0 }]
}

/** Mistakes about clocks, timers, and how long something takes. */
export const MISTAKES_OF_TIME: readonly Mistake[] = [
  NAMES_TELL_TIME,
  HOST_CLOCK,
  LEAVES_IT_TO_THE_TIMER,
  IMPATIENT,
  SHORT_TOKEN,
  WAITS_FOR_THE_TTL,
  CHANGED_UNSEEN,
]
