import { utf8Encode } from '@dr-drill/runbook-core'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { FakeHost } from './fakes/fake-host.ts'

/** A host on which an action does all that it can do, and its input. */
export interface Scenario {
  readonly host: () => FakeHost
  readonly input: unknown
  readonly approvedBy?: string
}

const SERVED = { service: 'toy.service', endpoint: 'toy', invocation: 'start-1' }
const PROTECTION = { owner: 'toy', group: 'toy', directoryMode: '0750', fileMode: '0640' }
const PROGRAM = utf8Encode('program')

const bare = () => new FakeHost().place('/etc/.keep', '').place('/opt/.keep', '').place('/data/wal/one', 'x')

function serving(): FakeHost {
  const host = bare()
  for (const name of ['toy-backup.service', 'toy-archive.service', 'toy-verify.service', 'toy.timer']) {
    host.services.add(name)
  }
  host.services.add('toy.service', { state: 'active', enabled: true, invocation: 'start-1' })
  host.services.logs.set('toy.service', ['replaying', 'ready'])
  host.store.put('engine', PROGRAM)
  host.services.onRun = (name) => {
    if (name === 'toy-backup.service') host.database.backups.push({ name: 'b', history: 'new', whole: true })
    if (name === 'toy-archive.service') host.database.archived.push('new')
  }
  return host
}

function stopped(): FakeHost {
  const host = bare()
  host.services.add('toy.service')
  return host
}

/** One per action kind that is not part of the pipeline in `restoring.ts`. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  approve: { host: bare, input: { question: 'Go on?' }, approvedBy: 'mia' },
  'await-health': { host: serving, input: { ...SERVED, patienceMs: 1_000 } },
  'check-alerts': { host: serving, input: { target: 'toy', patienceMs: 1_000 } },
  'check-metrics': { host: serving, input: { ...SERVED, prefix: 'toy_' } },
  'compare-counts': { host: serving, input: { ...SERVED, base: 3, beyond: 0 } },
  'confirm-gate': { host: serving, input: { facts: { ready: true } } },
  'enable-timers': { host: serving, input: { timers: ['toy.timer'], service: 'toy.service' } },
  fence: { host: bare, input: { host: 'old-primary' } },
  'force-backup': {
    host: serving,
    input: {
      archiveService: 'toy-archive.service',
      backupService: 'toy-backup.service',
      verifyService: 'toy-verify.service',
      store: 'archive',
      timeoutMs: 1_000,
    },
  },
  'inspect-host': {
    host: stopped,
    input: {
      cpuCoresMin: 1,
      memoryBytesMin: 1,
      freeBytesMin: 1,
      linkBitsPerSecondMin: 1,
      dataRoot: '/data',
      emptyPaths: ['/var/toy'],
      accounts: ['stemedb'],
      stoppedUnits: ['toy.service'],
    },
  },
  'install-artifact': {
    host: serving,
    input: {
      store: 'source',
      key: 'engine',
      sha256: nativeChecksums.sha256Hex(PROGRAM),
      sizeBytes: PROGRAM.length,
      path: '/opt/bin/engine',
      mode: '0755',
      owner: 'root',
      group: 'root',
      patienceMs: 1_000,
    },
  },
  'install-units': { host: bare, input: { set: 'all' } },
  notify: { host: bare, input: { channel: 'oncall', subject: 'Done', body: '' } },
  'probe-client': {
    host: serving,
    input: {
      endpoint: 'toy',
      subject: 'x',
      patienceMs: 1_000,
      servedBy: { service: 'toy.service', invocation: 'start-1' },
    },
  },
  'run-command': {
    host: bare,
    input: { argv: ['tool'], timeoutMs: 1_000, effects: { writes: ['path:/srv'] } },
  },
  'run-query': {
    host: serving,
    input: {
      ...SERVED,
      directory: '/data/wal',
      segments: [{ fileName: 'one', firstPosition: '1', lastPosition: '2' }],
      subject: 'x',
    },
  },
  'set-ownership': { host: bare, input: { roots: ['/data/wal'], protection: PROTECTION } },
  'start-service': {
    host: stopped,
    input: { name: 'toy.service', dataRoots: ['/data/wal'], protection: PROTECTION },
  },
  'stop-service': { host: serving, input: { names: ['toy.service'] } },
  'switch-dns': {
    host: bare,
    input: { name: 'toy.example', address: 'recovery-host', ttlMs: 1_000, patienceMs: 1_000 },
  },
  'switch-traffic': { host: bare, input: { pool: 'toy', backend: 'recovery-host' } },
  'write-config': { host: bare, input: { path: '/etc/default/toy', mode: '0640', set: { A: '1' } } },
  'write-probe': { host: serving, input: SERVED },
}
