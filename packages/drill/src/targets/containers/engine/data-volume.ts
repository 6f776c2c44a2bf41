import type Docker from 'dockerode'
import { keptLabelsOf } from './labels.ts'

/** A run's volume for one part of it, made when it is not there: it outlives the containers that use it. Gives its name. */
export async function dataVolume(docker: Docker, runId: string, part: string): Promise<string> {
  const name = `dr-drill-${runId}-${part}`
  await docker.createVolume({ Name: name, Labels: keptLabelsOf(runId, part) })
  return name
}
