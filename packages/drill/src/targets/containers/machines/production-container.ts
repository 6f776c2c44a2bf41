import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import type Docker from 'dockerode'
import { AbstractStartedContainer, type StartedTestContainer, Wait } from 'testcontainers'
import { within } from '../engine/within.ts'
import { JoinedContainer, type Placement } from './joined-container.ts'

const NAME = 'production'
const PORT = 18180
const START_MS = 120_000

/** Production, not started: the engine on a volume of its own. */
export class ProductionContainer extends JoinedContainer {
  readonly #docker: Docker
  readonly #volume: string
  constructor(
    docker: Docker,
    image: string,
    placement: Placement,
    given: { readonly volume: string; readonly adminToken: string },
  ) {
    super(image, NAME, placement)
    this.#docker = docker
    this.#volume = given.volume
    this.withVolumes({ [STEMEDB_PATHS.home]: given.volume })
      .withEnvironment({ STEMEDB_ADMIN_TOKEN: given.adminToken })
      .withExposedPorts(PORT)
      .withWaitStrategy(Wait.forHttp('/v1/health', PORT).forStatusCode(200))
      .withStartupTimeout(START_MS)
  }

  override async start(): Promise<StartedProduction> {
    const started = await within(START_MS + 5_000, 'production', super.start())
    return new StartedProduction(started, this.#docker, this.#volume)
  }
}

/** Production that serves. */
export class StartedProduction extends AbstractStartedContainer {
  /** As this process reaches it: loopback. */
  readonly url: string
  readonly #docker: Docker
  readonly #volume: string

  constructor(started: StartedTestContainer, docker: Docker, volume: string) {
    super(started)
    this.#docker = docker
    this.#volume = volume
    this.url = `http://127.0.0.1:${started.getMappedPort(PORT)}`
  }

  /** A disaster: killed without warning, and its disk is gone. */
  async destroy(): Promise<DestroyedProduction> {
    return await within(30_000, 'the end of production', this.#destroy())
  }

  async #destroy(): Promise<DestroyedProduction> {
    const container = this.#docker.getContainer(this.getId())
    await container.kill({ signal: 'SIGKILL' })
    const destroyed = new DestroyedProduction(Date.now())
    await container.remove({ force: true, v: true })
    await this.#docker.getVolume(this.#volume).remove({ force: true })
    return destroyed
  }
}

/** Production that is no more. */
export class DestroyedProduction {
  /** When it was killed, ms. */
  readonly at: number

  constructor(at: number) {
    this.at = at
  }
}
