import { type AuthoredRunbook, type AuthoredStep, runbook } from '@dr-drill/runbook-core'

type Spec = Omit<AuthoredStep, 'id' | 'title' | 'action'> & {
  readonly kind: string
  readonly with?: Record<string, unknown>
}

const STEPS: Readonly<Record<string, Spec>> = {
  look: { kind: 'toy-preflight', with: { freeBytesMin: 1_000_000, stopped: ['notes.service'] } },
  fence: { kind: 'toy-fence', with: { host: 'old-primary' }, needs: ['look'] },
  select: { kind: 'toy-select', with: { store: 'source' }, needs: ['fence'] },
  fetch: {
    kind: 'toy-fetch',
    with: { store: 'source', name: '${ steps.select.name }', into: '/srv/incoming' },
    needs: ['select'],
    estimate: { size: 'facts.backupBytes', perSecond: { best: '200MB', likely: '100MB', worst: '25MB' } },
  },
  'fetch-log': {
    kind: 'toy-fetch',
    with: { store: 'source', name: '${ steps.select.name }', into: '/srv/incoming/log' },
    needs: ['select'],
    estimate: { size: 'facts.logBytes', perSecond: { best: '200MB', likely: '100MB', worst: '25MB' } },
  },
  verify: { kind: 'toy-verify', with: { files: '${ steps.fetch.files }' }, needs: ['fetch', 'fetch-log'] },
  place: {
    kind: 'toy-place',
    with: {
      backup: '${ steps.select.name }',
      root: '/srv/notes',
      from: '/srv/incoming',
      owner: 'notes',
      mode: '0640',
    },
    needs: ['verify'],
    undo: 'on-abandon',
  },
  install: {
    kind: 'toy-install',
    with: { store: 'source', sha256: 'a'.repeat(64), units: ['notes.service', 'backup.timer'] },
    needs: ['look'],
  },
  configure: {
    kind: 'toy-configure',
    with: { path: '/etc/default/notes', set: { ADDRESS: '127.0.0.1:1234' } },
    needs: ['look'],
  },
  start: { kind: 'toy-start', with: { service: 'notes.service' }, needs: ['place', 'install', 'configure'] },
  count: { kind: 'toy-check', with: { expected: '${ steps.verify.records }' }, needs: ['start'] },
  probe: { kind: 'toy-probe', needs: ['count'] },
  gate: { kind: 'toy-gate', with: { facts: { counted: '${ steps.count.counted > 0 }' } }, needs: ['probe'] },
  timers: { kind: 'toy-timers', with: { names: ['notes.service', 'backup.timer'] }, needs: ['gate'] },
  backup: { kind: 'toy-backup', with: { store: 'archive' }, needs: ['timers'] },
  traffic: { kind: 'toy-traffic', with: { pool: 'notes' }, needs: ['backup'] },
  client: { kind: 'toy-client', needs: ['traffic'] },
  tell: { kind: 'toy-tell', with: { text: 'notes are back' }, needs: ['client'] },
}

/** A sound runbook over the toys: everything the linter asks for. `change` damages the steps of a copy first. */
export function hardened(change: (steps: Record<string, Spec>) => void = () => {}): AuthoredRunbook {
  const steps = JSON.parse(JSON.stringify(STEPS)) as Record<string, Spec>
  change(steps)
  return runbook({
    id: 'hardened',
    title: 'Hardened',
    objectives: { rto: '4h', rpo: '15m' },
    defaults: { timeout: '10m' },
    steps: Object.entries(steps).map(([id, { kind, with: input, ...rest }]) => ({
      id,
      title: `Step ${id}`,
      action: { kind, with: (input ?? {}) as never },
      ...rest,
    })),
    gate: 'gate',
    protection: {
      backupInterval: '6h',
      archiveInterval: '10m',
      archiveDuration: '2m',
      rotatesEachCycle: true,
    },
  })
}
