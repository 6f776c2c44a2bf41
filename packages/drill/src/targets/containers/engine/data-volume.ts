import type Docker from 'dockerode'
import { keptLabelsOf, PART_LABEL, RUN_LABEL } from './labels.ts'

/** A run's volume for one part of it, made when it is not there: it outlives the containers that use it. Gives its name. */
export async function dataVolume(docker: Docker, runId: string, part: string): Promise<string> {
  const name = `dr-drill-${runId}-${part}`
  await docker.createVolume({ Name: name, Labels: keptLabelsOf(runId, part) })
  return name
}

/** Removes some of a run's volumes, with what they hold. */
export async function removeVolumes(docker: Docker, runId: string, parts: readonly string[]): Promise<void> {
  const { Volumes } = await docker.listVolumes({ filters: { label: [`${RUN_LABEL}=${runId}`] } })
  const ours = (Volumes ?? []).filter(({ Labels }) => parts.includes(Labels[PART_LABEL] ?? ''))
  for (const { Name } of ours) await docker.getVolume(Name).remove({ force: true })
}
