import { GenericContainer, PullPolicy } from 'testcontainers'
import { labelsOf } from '../engine/labels.ts'

/** Where a container of a run belongs. */
export interface Placement {
  readonly runId: string
  /** The run's network. */
  readonly network: string
}

/**
 * A container of a run: on its network and on no other (the library's own way would join the default bridge, too, so that taking it off
 * the network would not part it from anybody), labelled, from an image that is here already.
 */
export class JoinedContainer extends GenericContainer {
  constructor(image: string, name: string, { runId, network }: Placement) {
    super(image)
    this.networkMode = network
    this.createOpts.NetworkingConfig = { EndpointsConfig: { [network]: { Aliases: [name] } } }
    this.withHostname(name)
      .withName(`dr-drill-${runId}-${name}`)
      .withLabels(labelsOf(runId, name))
      .withPullPolicy(PullPolicy.neverPull())
      .withAutoRemove(true)
  }

  /** Volumes by the path at which they are mounted; what the image holds there is put into an empty one. */
  withVolumes(volumes: Readonly<Record<string, string>>): this {
    this.hostConfig.Mounts = Object.entries(volumes).map(([Target, Source]) => ({
      Type: 'volume' as const,
      Source,
      Target,
    }))
    return this
  }
}
