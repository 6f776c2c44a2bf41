import type Docker from 'dockerode'
import { AbstractStartedContainer, type StartedTestContainer, Wait } from 'testcontainers'
import { within } from '../engine/within.ts'
import { JoinedContainer, type Placement } from './joined-container.ts'

const NAME = 'production'
const PORT = 18180
const START_MS = 60_000

/** Production, not started: the engine on a volume of its own. */
export class ProductionContainer extends JoinedContainer {
  readonly #docker: Docker
  readonly #volume: string
  readonly #data: () => NodeJS.ReadableStream

  /** `data`: an archive of what its disk holds when it starts, relative to its root. */
  constructor(
    docker: Docker,
    image: string,
    placement: Placement,
    given: { readonly volume: string; readonly adminToken: string; readonly data: () => NodeJS.ReadableStream },
  ) {
    super(image, NAME, placement)
    this.#docker = docker
    this.#volume = given.volume
    this.#data = given.data
    this.withVolumes({ '/var/lib/stemedb': given.volume })
      .withEnvironment({ STEMEDB_ADMIN_TOKEN: given.adminToken })
      .withExposedPorts(PORT)
      .withWaitStrategy(Wait.forHttp('/v1/health', PORT).forStatusCode(200))
      .withStartupTimeout(START_MS)
  }

  protected override async containerCreated(id: string): Promise<void> {
    await this.#docker.getContainer(id).putArchive(this.#data(), { path: '/' })
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
    await within(30_000, 'the end of production', this.#destroy())
    return new DestroyedProduction()
  }

  async #destroy(): Promise<void> {
    await this.#docker.getContainer(this.getId()).remove({ force: true, v: true })
    await this.#docker.getVolume(this.#volume).remove({ force: true })
  }
}

/** Production that is no more. */
export class DestroyedProduction {}
