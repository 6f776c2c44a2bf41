import { LEDGER_IN_BUCKET } from './perform.ts'

/** A drill in which overlooking a fault breaks invariants that hold without the fault, and without the carelessness. */
export interface CarelessDrill {
  readonly kind: string
  /** As `--fault` takes it; the kind with its defaults where nothing else is said. */
  readonly fault: string
  /** Name of a mistake that an action makes, or of a careless runbook. */
  readonly by: string
  readonly breaks: readonly string[]
  /** When the disaster strikes, where another instant shows it. */
  readonly cut?: string
}

const BELIEVES_BYTES = 'takes fetched bytes for what was once written under their name'
const ABSENT = 'takes what the store refuses for absent when it looks for the log'
const BELIEVES_LISTINGS = 'believes that a listing shows all of the archive'
const NO_FALLBACK = 'ends at the first object of a backup that is wrong'
const NEVER_TWICE = 'never asks twice'
const NEVER_MENDS = 'never mends owners and modes'
const NO_WAIT_FOR_ALERTS = 'remove-wait steps.check-alerts.patienceMs'
const ACCEPT_LOSS = 'accept-loss steps.scan-log.acceptLoss'

const GIVES_UP = 'gives up for good what takes longer than it ever did'
const FETCHED_ONCE = 'fetches each file once, and never again'
const CHANGED_ONCE = 'changes the zone once, and never again'
const CHANGED_UNSEEN = 'takes silence for a change of the zone, and asks no resolver'
const HOST_CLOCK = "holds the store's times against the host's clock"
const NAMES_TELL_TIME = 'knows a new backup by the time in its name'
const OLD_PROGRAM_STAYS = 'leaves a program that is there already as it is'
const NO_FENCE = 'never makes Traffic.fence'
const TO_THE_TIMER = 'leaves the first backup to its timer'
const NO_RESOLVER = 'waits for the TTL instead of asking the resolvers'
const FAST_CLOCK = 'drifting-clock:way=fast,partsPerMillion=500000'
const SET_BACK = 'wrong-clock:at=force-backup/begins'
/** Nothing was acknowledged since the log was last archived. */
const QUIET = '2026-02-11T17:00:00Z'
/** The newest backup holds all that there is. */
const AFTER_A_BACKUP = '2026-02-11T12:30:00Z'

const row = (fault: string, by: string, ...breaks: readonly string[]): CarelessDrill => ({
  kind: fault.split(':', 1)[0] ?? '',
  fault,
  by,
  breaks,
})

/** One drill per kind; kinds for which none was found are told on the page. */
export const CARELESS_DRILLS: readonly CarelessDrill[] = [
  row('bad-permissions', NEVER_MENDS, 'I17'),
  row('blind-monitoring', NO_WAIT_FOR_ALERTS, 'I17'),
  row('closed-directory', NEVER_MENDS, 'I17'),
  row('corrupt-checkpoint', NO_FALLBACK, 'I17'),
  row('corrupt-manifest', NO_FALLBACK, 'I17'),
  row('corrupt-segment:copies=all', ACCEPT_LOSS, 'I18'),
  row('crashed-service', 'starts the service once, and never again', 'I17'),
  row('cut-link:at=select-log/begins', ABSENT, 'I2', 'I17'),
  row('deleted-objects', BELIEVES_BYTES, 'I17'),
  row('denied-verb:verb=list,at=select-log/begins', BELIEVES_LISTINGS, 'I2', 'I17'),
  row(FAST_CLOCK, HOST_CLOCK, 'I17'),
  row('encrypted-objects', BELIEVES_BYTES, 'I17'),
  row('expired-credentials', NEVER_TWICE, 'I17'),
  row('failed-backup', NEVER_TWICE, 'I17'),
  row('failed-fsync:power=true', 'swallows failures of FileSystem.sync', 'I17'),
  row('failed-start', NEVER_TWICE, 'I17'),
  row('failing-disk', NEVER_TWICE, 'I17'),
  row('failing-store:at=select-log/begins,requests=500', ABSENT, 'I2', 'I17'),
  row('firing-alert', NO_WAIT_FOR_ALERTS, 'I17'),
  row('forged-backup', 'ignore-signature steps.select-backup.trustKey', 'I17'),
  row('forged-segment', ACCEPT_LOSS, 'I18'),
  row('full-disk', BELIEVES_BYTES, 'I17'),
  row('held-requests:at=select-log/begins,seconds=200', ABSENT, 'I2', 'I17'),
  row('hung-service:seconds=15', 'drop-retry steps.write-probe.retry', 'I17'),
  row('incomplete-backup', NO_FALLBACK, 'I17'),
  row('leftover-units', 'forget-stop steps.stop-service.names[0]', 'I20'),
  row(
    'kill-runner:step=write-probe,effect=1,moment=after',
    'writes its test record under another name at each try',
    'I17',
  ),
  row('late-approval', 'takes a token that is good for half an hour, and never another', 'I17'),
  { ...row('late-listing', 'reads no log but the own of its backup', 'I2', 'I17'), cut: AFTER_A_BACKUP },
  row('lossy-link:lostPerMille=500,at=select-log/begins', ABSENT, 'I2', 'I17'),
  row('lost-answers:at=select-log/begins,seconds=200', ABSENT, 'I2', 'I17'),
  row('lost-bucket', NEVER_TWICE, 'I17'),
  row('lost-segment:sidecar=true', ACCEPT_LOSS, 'I18'),
  row('lost-sidecar', 'takes a segment without a sidecar for none', 'I17'),
  { ...row('lost-tail', LEDGER_IN_BUCKET, 'I7'), cut: QUIET },
  row('lost-write', FETCHED_ONCE, 'I17'),
  row(
    'lying-fsync:power=await-health-again/ends',
    'takes what it once saw of the service for what still is',
    'I17',
  ),
  row('misdirected-write', FETCHED_ONCE, 'I17'),
  row('misnamed-backup', 'takes a backup for what its folder is called', 'I7', 'I14'),
  row('occupied-port', 'starts the service once, and never again', 'I17'),
  row('old-program', OLD_PROGRAM_STAYS, 'I7', 'I12'),
  row('open-files', NEVER_MENDS, 'I12'),
  row('partial-sync:how=listing,where=archive,files=9,lasting=true', BELIEVES_LISTINGS, 'I2', 'I17'),
  row('paused-host:seconds=2,at=inspect-host/begins', 'shorten-timeout steps.inspect-host.timeout', 'I17'),
  row('power-loss:at=set-ownership/begins', 'never makes FileSystem.syncDirectory', 'I17'),
  row('read-only-disk', NEVER_TWICE, 'I17'),
  row('refused-dns', NEVER_TWICE, 'I17'),
  row('refused-fence', NEVER_TWICE, 'I17'),
  row('refused-notice', NEVER_TWICE, 'I17'),
  row('refused-routing', NEVER_TWICE, 'I17'),
  row('returning-primary:at=start', 'drop-need steps.select-backup.needs[0]', 'I21'),
  row('rotten-staging:what=checkpoint', 'drop-step steps.verify-backup', 'I23'),
  row('s3-outage:step=select-log,seconds=30', ABSENT, 'I2', 'I17'),
  row('sealed-files', NEVER_MENDS, 'I17'),
  row('slow-manager:verb=install,seconds=300', 'drop-need steps.start-service.needs[2]', 'I17'),
  row('small-host', 'drop-minimum steps.inspect-host.cpuCoresMin', 'I18', 'I19'),
  row('stolen-key', ACCEPT_LOSS, 'I18'),
  row('swallowed-dns', NO_RESOLVER, 'I7'),
  row('silent-timer:timer=backup', TO_THE_TIMER, 'I17'),
  row('slow-disk', GIVES_UP, 'I17'),
  row('slow-link:place=archive,bytesPerSecond=20000', GIVES_UP, 'I17'),
  row('slow-store:delayMs=20000', GIVES_UP, 'I17'),
  { ...row('stale-replica:minutes=400', LEDGER_IN_BUCKET, 'I7'), cut: QUIET },
  row('stale-resolver', NO_RESOLVER, 'I7'),
  row('swallowed-routing', 'assumes what Traffic.backends would answer', 'I7'),
  row('swapped-segments', ACCEPT_LOSS, 'I18'),
  row('throttled-store:at=select-log/begins', ABSENT, 'I2', 'I17'),
  row('torn-segment:copies=all', ACCEPT_LOSS, 'I18'),
  row('truncated-object:where=archive', NEVER_TWICE, 'I17'),
  row('upgraded-engine', 'drop-verify steps.install-engine.verify[0]', 'I18'),
  row('used-host', 'forget-path steps.inspect-host.emptyPaths[0]', 'I19'),
  row(SET_BACK, NAMES_TELL_TIME, 'I17'),
  row('wrong-owner', NEVER_MENDS, 'I17'),
]

/** Kinds that nobody can overlook, and why. */
export const NOT_OVERLOOKED: Readonly<Record<string, string>> = {
  'lying-fence':
    'a fence that says that it holds is all that a run can know; clients are led to the restored server alone, which I7 asks of every run, and what the old one archives is of another history',
  'rotten-placement':
    'the engine checks every byte that it replays and does not start on a damaged one; without an engine nothing is served, nothing can be backed up, and no gate is reached',
}

/** With the same carelessness one fault breaks invariants and the other none, or others. */
export interface ToldApart {
  readonly by: string
  readonly one: string
  readonly breaks: readonly string[]
  readonly other: string
  readonly otherBreaks: readonly string[]
}

const apart = (by: string, one: string, breaks: readonly string[], other: string): ToldApart => ({
  by,
  one,
  breaks,
  other,
  otherBreaks: [],
})

const CUT_OFF = 'cut-link:place=dns,seconds=120'
const HELD = 'held-requests:place=dns,seconds=1200'
const UNANSWERED = 'lost-answers:place=dns,seconds=1200'

/** Kinds of which a run that overlooks nothing notices the same, pair by pair. */
export const TOLD_APART: readonly ToldApart[] = [
  apart(HOST_CLOCK, FAST_CLOCK, ['I17'], SET_BACK),
  apart(NAMES_TELL_TIME, SET_BACK, ['I17'], FAST_CLOCK),
  apart(NO_FENCE, 'returning-primary', ['I21'], FAST_CLOCK),
  apart(NO_FENCE, 'returning-primary', ['I21'], SET_BACK),
  apart(NO_FENCE, 'returning-primary', ['I21'], 'silent-timer:timer=backup'),
  apart(TO_THE_TIMER, 'silent-timer:timer=backup', ['I17'], FAST_CLOCK),
  apart(TO_THE_TIMER, 'silent-timer:timer=backup', ['I17'], 'wrong-clock'),
  apart(CHANGED_ONCE, CUT_OFF, ['I17'], 'held-requests:place=dns,seconds=120'),
  apart(CHANGED_ONCE, CUT_OFF, ['I17'], 'lost-answers:place=dns,seconds=120'),
  apart(CHANGED_UNSEEN, HELD, ['I7'], UNANSWERED),
  ...[FAST_CLOCK, SET_BACK, 'returning-primary', 'silent-timer:timer=backup', 'leftover-units'].map((other) =>
    apart(OLD_PROGRAM_STAYS, 'old-program', ['I7', 'I12'], other),
  ),
  ...[FAST_CLOCK, SET_BACK, 'returning-primary', 'silent-timer:timer=backup'].map((other) =>
    apart('forget-stop steps.stop-service.names[0]', 'leftover-units', ['I20'], other),
  ),
  apart('drop-step steps.verify-backup', 'rotten-staging:what=checkpoint', ['I23'], 'lost-write'),
]
