import { STEMEDB_ENDPOINT } from '@dr-drill/runbook-core/stemedb'
import type { AgentMachine } from '../../agent/machine.ts'
import { childTransport } from '../../agent/runner/child-transport.ts'
import type { StoreLocation } from '../../ports/object-store/index.ts'
import { engineClient } from './engine/client-environment.ts'
import { HOST_VOLUMES, type StartedRecoveryHost } from './machines/recovery-host-container.ts'

/** What an agent on the recovery host is told. */
export interface HostAgentOptions {
  /** As the host reaches them. */
  readonly locations: { readonly source: StoreLocation; readonly archive: StoreLocation }
  readonly adminToken: string
  readonly historyShiftMs: number
}

/** The recovery host as a machine for an agent: started by the engine's client, whose streams are the connection. */
export function hostMachine(host: StartedRecoveryHost, options: HostAgentOptions): AgentMachine {
  const program = [
    '/usr/local/bin/node',
    '--disable-warning=ExperimentalWarning',
    '/opt/dr-drill/lib/agent.mjs',
  ]
  return {
    name: 'recovery-host',
    start: () =>
      childTransport(['docker', 'exec', '--interactive', host.getId(), ...program], engineClient()),
    spoolDirectory: `${HOST_VOLUMES.spool}/spool`,
    host: {
      kind: 'system',
      root: '/',
      locations: options.locations,
      endpoints: { [STEMEDB_ENDPOINT]: { url: 'http://127.0.0.1:18180', token: options.adminToken } },
      capabilities: [
        'service-manager',
        'chown',
        'commands',
        'change-bind-address',
        'dns',
        'traffic',
        'alerts',
        'notify',
      ],
      serviceManager: 'systemd',
      searchPath: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      historyShiftMs: options.historyShiftMs,
    },
    outlivesAgent: true,
  }
}
