/** A drill in which overlooking a fault breaks invariants that hold without the fault, and without the carelessness. */
export interface CarelessDrill {
  readonly kind: string
  /** As `--fault` takes it; the kind with its defaults where nothing else is said. */
  readonly fault: string
  /** Name of a mistake that an action makes, or of a careless runbook. */
  readonly by: string
  readonly breaks: readonly string[]
}

const BELIEVES_BYTES = 'takes fetched bytes for what was once written under their name'
const ABSENT = 'takes what the store refuses for absent when it looks for the log'
const BELIEVES_LISTINGS = 'believes that a listing shows all of the archive'
const NO_FALLBACK = 'ends at the first object of a backup that is wrong'
const NEVER_TWICE = 'never asks twice'
const NEVER_MENDS = 'never mends owners and modes'
const NO_WAIT_FOR_ALERTS = 'remove-wait steps.check-alerts.patienceMs'
const ACCEPT_LOSS = 'accept-loss steps.scan-log.acceptLoss'

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
  row('cut-link:at=select-log/begins', ABSENT, 'I2', 'I17'),
  row('deleted-objects', BELIEVES_BYTES, 'I17'),
  row('denied-verb:verb=list,at=select-log/begins', BELIEVES_LISTINGS, 'I2', 'I17'),
  row('encrypted-objects', BELIEVES_BYTES, 'I17'),
  row('expired-credentials', NEVER_TWICE, 'I17'),
  row('failed-backup', NEVER_TWICE, 'I17'),
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
  row('lossy-link:lostPerMille=500,at=select-log/begins', ABSENT, 'I2', 'I17'),
  row('lost-answers:at=select-log/begins,seconds=200', ABSENT, 'I2', 'I17'),
  row('lost-bucket', NEVER_TWICE, 'I17'),
  row('lost-segment:sidecar=true', ACCEPT_LOSS, 'I18'),
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
  row('swallowed-dns', 'waits for the TTL instead of asking the resolvers', 'I7'),
  row('swallowed-routing', 'assumes what Traffic.backends would answer', 'I7'),
  row('swapped-segments', ACCEPT_LOSS, 'I18'),
  row('throttled-store:at=select-log/begins', ABSENT, 'I2', 'I17'),
  row('torn-segment:copies=all', ACCEPT_LOSS, 'I18'),
  row('truncated-object:where=archive', NEVER_TWICE, 'I17'),
  row('upgraded-engine', 'drop-verify steps.install-engine.verify[0]', 'I18'),
  row('used-host', 'forget-path steps.inspect-host.emptyPaths[0]', 'I19'),
  row('wrong-owner', NEVER_MENDS, 'I17'),
]
