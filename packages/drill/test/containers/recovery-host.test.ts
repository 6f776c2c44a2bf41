import { execFileSync } from 'node:child_process'
import { nextElapseAt, type TimerUnit } from '@dr-drill/runbook-core'
import { stemedbUnits } from '@dr-drill/runbook-core/stemedb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderUnit } from '../../src/ports/systemd/index.ts'
import { connectEngine } from '../../src/targets/containers/engine/connect.ts'
import { labelsOf, RUN_LABEL, RUNNER_LABEL } from '../../src/targets/containers/engine/labels.ts'
import { sweep } from '../../src/targets/containers/engine/sweep.ts'
import {
  type ContainerEnvironment,
  discardEnvironment,
  startEnvironment,
} from '../../src/targets/containers/environment.ts'
import { temporaryKeys } from '../../src/targets/containers/history/temporary-keys.ts'
import { makeBuckets } from '../../src/targets/containers/history/upload-history.ts'
import { placeHostSecrets } from '../../src/targets/containers/host-secrets.ts'
import { leftOf, NOTHING } from './left-in-engine.ts'

const RUN = `test-${process.pid}`
const ROOT = { accessKeyId: 'DRILLROOT', secretAccessKey: 'of-a-test-and-nothing-else' }
const docker = await connectEngine()
const units = stemedbUnits({ opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'] })('all') ?? []
let environment: ContainerEnvironment

/** Runs a program on the host. @throws with what it printed */
async function onHost(...argv: string[]): Promise<string> {
  const { exitCode, output } = await environment.host.exec(argv)
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}:\n${output}`)
  return output
}

beforeAll(async () => {
  const agent = new URL('../../../../.setup/bundle/agent.mjs', import.meta.url).pathname
  environment = await startEnvironment({
    runId: RUN,
    root: ROOT,
    agent,
    keepsObjects: true,
    variables: process.env,
    say: () => {},
  })
  await environment.host.copyContentToContainer(
    units.map((unit) => ({ content: renderUnit(unit), target: `/etc/systemd/system/${unit.name}` })),
  )
  await onHost('install', '-D', '-m', '0755', '/bin/true', '/opt/stemedb/bin/stemedb-api')
  await onHost('install', '-D', '-m', '0640', '/dev/null', '/etc/default/stemedb')
  await onHost('systemctl', 'daemon-reload')
})

afterAll(async () => {
  await discardEnvironment(RUN)
  expect(await leftOf(docker, RUN)).toEqual(NOTHING)
})

describe('the environment', () => {
  test('is on one network of its own, reachable by loopback alone, and has no more rights than it needs', async () => {
    for (const machine of [environment.host, environment.store]) {
      const { HostConfig, NetworkSettings, Config } = await docker.getContainer(machine.getId()).inspect()
      expect(Object.keys(NetworkSettings.Networks)).toEqual([environment.placement.network])
      expect(HostConfig.Privileged).toBe(false)
      expect(HostConfig.Binds ?? []).toEqual([])
      expect(Config.Labels[RUN_LABEL]).toBe(RUN)
      const bound = Object.values(NetworkSettings.Ports).flatMap((ports) => ports ?? [])
      expect(bound.every(({ HostIp }) => HostIp === '127.0.0.1')).toBe(true)
    }
    const { HostConfig } = await docker.getContainer(environment.host.getId()).inspect()
    expect((HostConfig.CapAdd as string[]).map((name) => name.replace('CAP_', ''))).toEqual(['SYS_ADMIN'])
  })

  test('has a host that booted: systemd as PID 1, sshd, the account, the tools of the old document', async () => {
    expect(await onHost('cat', '/proc/1/comm')).toBe('systemd\n')
    expect(await onHost('systemctl', 'is-system-running')).toBe('running\n')
    expect(await onHost('systemctl', 'is-active', 'ssh', 'dbus', 'systemd-journald')).toBe(
      'active\nactive\nactive\n',
    )
    expect(await onHost('stat', '-c', '%U:%G %a', '/var/lib/stemedb')).toBe('stemedb:stemedb 750\n')
    await onHost('which', 'jq', 'rsync', 'curl', 'node')
    expect((await onHost('node', '--version')).trim()).toBe(process.version)
  })

  test('gives out keys that do what they say and no more', async () => {
    const { url } = environment.store
    await makeBuckets(url, 'us-east-1', ROOT, ['read-bucket', 'other-bucket'])
    const keys = await temporaryKeys(url, ROOT, 'read-bucket', 'read')
    const { S3Client, PutObjectCommand, ListObjectsV2Command } = await import('@aws-sdk/client-s3')
    const client = new S3Client({
      endpoint: url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: keys,
    })
    expect((await client.send(new ListObjectsV2Command({ Bucket: 'read-bucket' }))).KeyCount).toBe(0)
    const put = client.send(new PutObjectCommand({ Bucket: 'read-bucket', Key: 'a', Body: 'b' }))
    await expect(put).rejects.toThrow(/denied/i)
    const elsewhere = client.send(new ListObjectsV2Command({ Bucket: 'other-bucket' }))
    await expect(elsewhere).rejects.toThrow(/denied/i)
    client.destroy()
  })

  test('is swept when its process is gone, and not before', async () => {
    const labels = labelsOf(`${RUN}-dead`, 'network')
    const name = `dr-drill-${RUN}-dead`
    await docker.createNetwork({ Name: name, Labels: labels })
    await sweep(docker)
    expect(await leftOf(docker, `${RUN}-dead`)).toMatchObject({ networks: 1 })
    await docker.getNetwork(name).remove()
    const [machine] = (labels[RUNNER_LABEL] ?? '').split(':')
    const gone = { ...labels, [RUNNER_LABEL]: `${machine}:4194304:1` }
    await docker.createNetwork({ Name: name, Labels: gone })
    expect(await sweep(docker)).toBe(1)
    expect(await leftOf(docker, `${RUN}-dead`)).toEqual(NOTHING)
    expect(await leftOf(docker, RUN)).toMatchObject({ containers: 2, networks: 1 })
  })
})

describe('the units', () => {
  test('are what systemd understands, with nothing to remark', async () => {
    const paths = units.map(({ name }) => `/etc/systemd/system/${name}`)
    expect(await onHost('systemd-analyze', 'verify', '--man=no', ...paths)).toBe('')
  })

  test('are told what their host keeps for them, each its own, in files that only root reads', async () => {
    const keys = { accessKeyId: 'key-of-a-test', secretAccessKey: 'secret-of-a-test' }
    const secrets = {
      sourceReader: keys,
      sourceWriter: keys,
      archive: keys,
      adminToken: 'token-of-a-test',
      signingSeed: '00'.repeat(32),
      statisticsToken: '',
    }
    const archive = { endpoint: 'http://minio:9000', region: 'us-east-1', bucket: 'bucket', prefix: '', keys }
    await placeHostSecrets(environment.host, { secrets, archive, historyShiftMs: 0 })
    const shown = (unit: string) =>
      onHost('systemctl', 'show', '--value', '--property=EnvironmentFiles', unit)
    const known: Record<string, string> = {
      'stemedb-api.service': 'engine.env',
      'stemedb-backup.service': 'operations.env',
      'stemedb-archive-wal.service': 'operations.env',
      'stemedb-verify-backup.service': 'operations.env',
    }
    for (const [unit, file] of Object.entries(known)) {
      expect(await shown(unit)).toMatch(new RegExp(`/etc/default/stemedb .*\\n/etc/dr-drill/${file} `))
    }
    const modes = await onHost(
      'stat',
      '-c',
      '%n %U:%G %a',
      '/etc/dr-drill/engine.env',
      '/etc/dr-drill/operations.env',
    )
    expect(modes).toBe('/etc/dr-drill/engine.env root:root 600\n/etc/dr-drill/operations.env root:root 600\n')
    expect(await onHost('stat', '-c', '%U:%G %a', '/etc/dr-drill/signer.key')).toBe('stemedb:stemedb 600\n')
    expect(await onHost('cat', '/etc/dr-drill/engine.env')).not.toContain('secret-of-a-test')
  })

  test('are exposed by at most 3.0 each', async () => {
    for (const { name } of units.filter(({ kind }) => kind === 'service')) {
      const said = await onHost('systemd-analyze', 'security', '--no-pager', '--threshold=30', name)
      const exposure = Number(/exposure level for \S+: (\d+\.\d+)/.exec(said)?.[1])
      expect(exposure, name).toBeLessThanOrEqual(3)
    }
  })

  test('elapse when their records say, by systemd’s own reckoning', async () => {
    const timers = units.filter((unit): unit is TimerUnit => unit.kind === 'timer')
    const odd = [7 * 60_000, 20_000, 5 * 3_600_000].map((intervalMs) => ({
      ...(timers[0] as TimerUnit),
      intervalMs,
    }))
    for (const timer of [...timers, ...odd]) {
      const from = Date.UTC(2026, 1, 11, 13, 37, 11)
      const expressions = [...renderUnit(timer).matchAll(/^OnCalendar=(.*)$/gm)].map(([, text = '']) => text)
      const said = await onHost(
        'env',
        'TZ=UTC',
        'systemd-analyze',
        'calendar',
        '--base-time=2026-02-11 13:37:11 UTC',
        ...expressions,
      )
      const elapses = [...said.matchAll(/Next elapse: \w+ (\S+) (\S+) UTC/g)].map(([, day, time]) =>
        Date.parse(`${day}T${time}Z`),
      )
      expect(elapses).toHaveLength(expressions.length)
      expect(Math.min(...elapses)).toBe(nextElapseAt(timer, from))
    }
  })
})

test('the engine’s command-line client speaks to the same engine', () => {
  expect(execFileSync('docker', ['ps', '--quiet', '--no-trunc'], { encoding: 'utf8' })).toContain(
    environment.host.getId(),
  )
})
