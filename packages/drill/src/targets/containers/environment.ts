import type Docker from 'dockerode'
import type { StoreKeys } from '../../ports/object-store/index.ts'
import { connectEngine } from './engine/connect.ts'
import { dataVolume, removeVolumes } from './engine/data-volume.ts'
import { makePrivateNetwork } from './engine/private-network.ts'
import { removeContainers, removeRun, sweep } from './engine/sweep.ts'
import { buildImage } from './images/build-image.ts'
import { imageNames } from './images/image-names.ts'
import { requireImage } from './images/pull-image.ts'
import { hostImage, stemedbImage } from './images/recipes.ts'
import type { Placement } from './machines/joined-container.ts'
import { MinioContainer, type StartedMinioContainer } from './machines/minio-container.ts'
import {
  HOST_VOLUMES,
  type HostPart,
  RecoveryHostContainer,
  type StartedRecoveryHost,
} from './machines/recovery-host-container.ts'

/** What the environment of a run is made from. */
export interface EnvironmentOptions {
  readonly runId: string
  /** Of the object store. */
  readonly root: StoreKeys
  /** File of the agent that the host gets. */
  readonly agent: string
  /** False: what an earlier process of the run had begun to put into the store is of no use. */
  readonly keepsObjects: boolean
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly say: (text: string) => void
}

/** The containers of a run: object store and recovery host on a network of their own. */
export interface ContainerEnvironment {
  readonly docker: Docker
  readonly placement: Placement
  /** Image of production's engine. */
  readonly engineImage: string
  readonly store: StartedMinioContainer
  readonly host: StartedRecoveryHost
}

/**
 * Starts them, on the volumes of the run's earlier containers if there were any. What nobody needs any more is swept away first.
 * @throws environment-lacking
 */
export async function startEnvironment(options: EnvironmentOptions): Promise<ContainerEnvironment> {
  const { runId, root, say } = options
  const docker = await connectEngine()
  const swept = await sweep(docker)
  if (swept > 0) say(`removed ${swept} containers and networks of drills that died`)
  await removeContainers(docker, runId)
  if (!options.keepsObjects) await removeVolumes(docker, runId, ['objects', 'production'])
  const images = await prepareImages(docker, options)
  const placement = { runId, network: (await makePrivateNetwork(docker, runId)).name }
  say('starting MinIO and the recovery host')
  const parts = Object.keys(HOST_VOLUMES) as HostPart[]
  const volumes = await Promise.all(
    parts.map(async (part) => [part, await dataVolume(docker, runId, `host-${part}`)] as const),
  )
  const objects = await dataVolume(docker, runId, 'objects')
  const [store, host] = await Promise.all([
    new MinioContainer(images.minio, placement, root, objects).start(),
    new RecoveryHostContainer(
      images.host,
      placement,
      Object.fromEntries(volumes) as Record<HostPart, string>,
    ).start(),
  ])
  return { docker, placement, engineImage: images.stemedb, store, host }
}

async function prepareImages(docker: Docker, { agent, variables, say }: EnvironmentOptions) {
  const names = await imageNames(docker, variables)
  await requireImage(docker, names.base, say)
  await requireImage(docker, names.minio, say)
  if (names.stemedb !== null) await requireImage(docker, names.stemedb, say)
  return {
    minio: names.minio,
    stemedb: names.stemedb ?? (await buildImage(docker, stemedbImage(), names.base, say)),
    host: await buildImage(docker, hostImage(agent), names.base, say),
  }
}

/** Ends a run's containers; its volumes stay. */
export async function stopEnvironment(runId: string): Promise<void> {
  await removeContainers(await connectEngine(), runId)
}

/** Removes all that a run left in the engine; the number of things removed. */
export async function discardEnvironment(runId: string): Promise<number> {
  return await removeRun(await connectEngine(), runId)
}
