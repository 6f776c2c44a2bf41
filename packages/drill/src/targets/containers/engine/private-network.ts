import type Docker from 'dockerode'
import { labelsOf } from './labels.ts'

/** The one network of a run's containers. */
export interface PrivateNetwork {
  readonly name: string
  remove(): Promise<void>
}

/**
 * Makes it: containers reach each other by name and nobody else, and of this machine's addresses only loopback reaches a port of
 * theirs.
 */
export async function makePrivateNetwork(docker: Docker, runId: string): Promise<PrivateNetwork> {
  const name = `dr-drill-${runId}`
  const network = await docker.createNetwork({
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Options: {
      'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1',
      'com.docker.network.bridge.enable_ip_masquerade': 'false',
    },
    Labels: labelsOf(runId, 'network'),
  })
  return { name, remove: () => network.remove() }
}
