import type Docker from 'dockerode'
import { isLeftOver, RUN_LABEL } from './labels.ts'

/** Removes containers and networks whose process died without doing so. Volumes stay: `resume` needs them. Gives what was removed. */
export async function sweep(docker: Docker): Promise<number> {
  return await removeMatching(docker, [RUN_LABEL], isLeftOver)
}

/** Removes containers and networks of one run, whoever made them. */
export async function removeContainers(docker: Docker, runId: string): Promise<number> {
  return await removeMatching(docker, [`${RUN_LABEL}=${runId}`], () => true)
}

/** Removes everything of one run, its data included. */
export async function removeRun(docker: Docker, runId: string): Promise<number> {
  const gone = await removeContainers(docker, runId)
  const { Volumes } = await docker.listVolumes({ filters: { label: [`${RUN_LABEL}=${runId}`] } })
  for (const { Name } of Volumes ?? []) await bearMissing(docker.getVolume(Name).remove({ force: true }))
  return gone + (Volumes ?? []).length
}

async function removeMatching(
  docker: Docker,
  label: string[],
  isWanted: (labels: Readonly<Record<string, string>>) => boolean,
): Promise<number> {
  const containers = await docker.listContainers({ all: true, filters: { label } })
  const ours = containers.filter(({ Labels }) => isWanted(Labels))
  await Promise.all(
    // Volumes with names are not among those that go with a container.
    ours.map(({ Id }) => bearMissing(docker.getContainer(Id).remove({ force: true, v: true }))),
  )
  const networks = await docker.listNetworks({ filters: { label } })
  const unused = networks.filter(({ Labels }) => isWanted(Labels ?? {}))
  for (const { Id } of unused) await bearMissing(docker.getNetwork(Id).remove())
  return ours.length + unused.length
}

/** Two that sweep at once find the same things; who comes second finds nothing, or finds it being removed. */
async function bearMissing(removal: Promise<unknown>): Promise<void> {
  try {
    await removal
  } catch (thrown) {
    const { statusCode } = thrown as { statusCode?: number }
    if (statusCode !== 404 && statusCode !== 409) throw thrown
  }
}
