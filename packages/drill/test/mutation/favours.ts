import type { Mutant } from '@dr-drill/simulator'

/** What half of a mutant's drills have instead of faults drawn from all: where a mistake shows, if it shows at all. */
export interface Favours {
  /** Sets of faults as `--fault` takes them, parameters that are not named are drawn; a drill has all of one set. Empty: no fault. */
  readonly sets: readonly (readonly string[])[]
  /** Steps in and around which these strike; empty: the mutant's own. */
  readonly steps: readonly string[]
  /** Parameters of the runbook. */
  readonly params: Readonly<Record<string, string>>
  /** Records of the productions. */
  readonly assertions: number | null
}

type Given = Partial<Favours>

const STORE_AWAY: Given = {
  sets: [
    ['s3-outage:seconds=100'],
    ['failing-store:requests=3'],
    ['throttled-store:seconds=100,share=100'],
    ['slow-store:delayMs=20000'],
    ['cut-link:place=source,seconds=60'],
    ['cut-link:place=archive,seconds=60'],
  ],
}
const HOLES: Given = {
  sets: [['lost-segment'], ['corrupt-segment:copies=all'], ['torn-segment:copies=all'], ['deleted-objects']],
}
const COPIES: Given = { sets: [['corrupt-segment:copies=one'], ['torn-segment:copies=one']] }
const UNFIT: Given = { sets: [['used-host'], ['small-host']] }
const LEFT_RUNNING: Given = { sets: [['leftover-units']] }
const ALERT: Given = { sets: [['firing-alert:seconds=endless']] }
const NO_ROOM: Given = {
  sets: [['full-disk:free=1000,seconds=endless']],
  steps: ['select-backup', 'check-room'],
}

const POWER_AFTER_OPENING: Given = {
  sets: [['power-loss']],
  steps: ['restart-service', 'await-health-again'],
}

/** By operator, or by operator and site; the longer name wins. */
const FAVOURS: Readonly<Record<string, Given>> = {
  'accept-loss': HOLES,
  'drop-condition': { params: { announce: 'false' } },
  'drop-minimum': { sets: [['small-host']] },
  'drop-minimum steps.check-room.freeBytesMin': NO_ROOM,
  'drop-need steps.stop-service.needs[0]': UNFIT,
  'drop-need steps.announce.needs[0]': UNFIT,
  'drop-need steps.fence-old-primary.needs[0]': UNFIT,
  'drop-need steps.select-backup.needs[0]': { sets: [['returning-primary:at=start']] },
  'drop-need steps.place-files.needs[1]': {
    sets: [['leftover-units', 'slow-manager:verb=stop,seconds=200,requests=1,at=']],
  },
  'drop-need steps.install-units.needs[0]': LEFT_RUNNING,
  'drop-need steps.configure.needs[0]': LEFT_RUNNING,
  'drop-need steps.start-service.needs[1]': {
    sets: [['slow-store:delayMs=28000,objects=artefact,at=start']],
  },
  'drop-need steps.start-service.needs[2]': {
    sets: [['slow-manager:verb=install,seconds=300,requests=1,at=']],
  },
  'drop-need steps.start-service.needs[3]': {
    sets: [['slow-disk:factor=4000,device=system,at=configure/begins']],
  },
  'drop-need steps.write-probe.needs[0]': {
    sets: [['slow-manager:verb=status,seconds=5,requests=1,at=compare-counts/begins']],
  },
  'drop-need steps.check-alerts.needs[0]': { sets: [['s3-outage:seconds=600']] },
  'drop-need steps.confirm-gate.needs[4]': ALERT,
  'drop-need steps.probe-client.needs[0]': {
    sets: [['kill-runner:step=switch-traffic,effect=1,moment=before', 'refused-routing:changes=2']],
  },
  'drop-retry steps.announce.retry': { sets: [['refused-notice:notices=1,at=start']] },
  'drop-retry steps.fence-old-primary.retry': { sets: [['refused-fence:until=once']] },
  'drop-retry steps.start-service.retry': { sets: [['failed-start:starts=1,at=start']] },
  'drop-retry steps.restart-service.retry': { sets: [['failed-start:starts=1,at=confirm-gate/ends']] },
  'drop-retry steps.write-probe.retry': { sets: [['hung-service:seconds=15,at=write-probe/begins']] },
  'drop-retry steps.force-backup.retry': { sets: [['failed-backup:times=1']] },
  'drop-retry steps.switch-traffic.retry': { sets: [['refused-routing:changes=1']] },
  'drop-retry steps.notify.retry': { sets: [['refused-notice:notices=1,at=probe-client/begins']] },
  'drop-step steps.inspect-host': UNFIT,
  'drop-step steps.stop-service': LEFT_RUNNING,
  'drop-step steps.fence-old-primary': {
    sets: [['returning-primary']],
    steps: ['select-backup', 'fetch-backup'],
  },
  'drop-step steps.check-room': NO_ROOM,
  'drop-step steps.verify-backup': { sets: [['rotten-staging:what=checkpoint,step=']] },
  'drop-step steps.check-alerts': ALERT,
  'drop-verify': { sets: [['upgraded-engine']] },
  'expect-alerts': ALERT,
  'forget-copies steps.fetch-backup.backups': { sets: [['corrupt-checkpoint'], ['truncated-object']] },
  'forget-copies steps.select-log.backups': COPIES,
  'forget-path': { sets: [['used-host']] },
  'forget-stop': LEFT_RUNNING,
  'hide-missing': HOLES,
  'ignore-signature steps.select-backup.trustKey': { sets: [['forged-backup']] },
  'ignore-signature steps.select-log.trustKey': { sets: [['forged-segment']] },
  'remove-wait': STORE_AWAY,
  'remove-wait steps.fetch-log.patienceMs': {
    sets: [['s3-outage:seconds=100,step=fetch-log,store=source'], ['lost-sidecar']],
    assertions: 1_000,
  },
  'remove-wait steps.check-alerts.patienceMs': {
    sets: [['blind-monitoring:seconds=60'], ['firing-alert:seconds=60,at=']],
  },
  'remove-wait steps.probe-client.patienceMs': { sets: [['hung-service:seconds=60,at=probe-client/begins']] },
  'shift-range': { sets: [[], ['lost-segment'], ['partial-sync']], assertions: 1_000 },
  'shorten-timeout steps.start-service.timeout': {
    sets: [['slow-manager:verb=status,seconds=1,requests=6,at=start-service/begins']],
  },
  'shorten-timeout steps.restart-service.timeout': {
    sets: [['slow-manager:verb=status,seconds=1,requests=6,at=restart-service/begins']],
  },
  'shorten-timeout steps.write-probe.timeout': {
    sets: [['slow-manager:verb=status,seconds=1,requests=6,at=write-probe/begins']],
  },
  'shorten-timeout': { sets: [['paused-host:seconds=2']] },
  'skip-directory-fsync steps.open-address': POWER_AFTER_OPENING,
  'skip-fsync steps.open-address': POWER_AFTER_OPENING,
  'skip-directory-fsync': {
    sets: [['power-loss']],
    steps: ['set-ownership', 'start-service', 'await-health'],
  },
  'skip-fsync': { sets: [['power-loss']], steps: ['set-ownership', 'start-service', 'await-health'] },
  'skip-owner': { sets: [['old-program:what=same']] },
  'swap-steps steps.stop-service.needs.inspect-host': {
    sets: [
      ['leftover-units', 'used-host'],
      ['leftover-units', 'small-host'],
    ],
  },
  'swap-steps steps.announce.needs.inspect-host': UNFIT,
  'swap-steps steps.fence-old-primary.needs.inspect-host': UNFIT,
  'swap-steps steps.select-backup.needs.fence-old-primary': {
    sets: [['returning-primary:at=start']],
  },
  'swap-steps steps.fetch-backup.needs.check-room': NO_ROOM,
  'swap-steps steps.place-files.needs.stop-service': LEFT_RUNNING,
  'swap-steps steps.install-units.needs.stop-service': LEFT_RUNNING,
  'swap-steps steps.configure.needs.stop-service': LEFT_RUNNING,
  'swap-steps steps.confirm-gate.needs.check-alerts': {
    sets: [['firing-alert:seconds=endless,at=force-backup/begins']],
  },
  'swap-steps steps.open-address.needs.confirm-gate': {
    sets: [['power-loss:downSeconds=1,at=open-address/ends', 'kill-runner:step=confirm-gate,effect=0']],
  },
  'verify-less steps.select-log.files': { sets: [[], ['lost-segment']] },
  'verify-less steps.verify-backup.alsoFiles': { sets: [['rotten-staging:what=segment,step=verify-backup']] },
}

/** What the drills of a mutant favour. */
export function favoursOf({ operator, site }: Mutant): Favours {
  const given = FAVOURS[`${operator} ${site}`] ?? FAVOURS[operator] ?? {}
  return { sets: [[]], steps: [], params: {}, assertions: null, ...given }
}
