import type Docker from 'dockerode'
import { RUN_LABEL } from '../../src/targets/containers/engine/labels.ts'

/** How much of a run is in the engine. */
export async function leftOf(docker: Docker, runId: string) {
  const filters = { label: [`${RUN_LABEL}=${runId}`] }
  const [containers, networks, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ])
  return { containers: containers.length, networks: networks.length, volumes: (Volumes ?? []).length }
}

export const NOTHING = { containers: 0, networks: 0, volumes: 0 }
