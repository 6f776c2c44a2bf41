import {
  AbstractStartedContainer,
  AbstractStoppedContainer,
  type StartedTestContainer,
  Wait,
} from 'testcontainers'
import type { StoreKeys } from '../../../ports/object-store/index.ts'
import { within } from '../engine/within.ts'
import { JoinedContainer, type Placement } from './joined-container.ts'

const PORT = 9000
const NAME = 'minio'
const READY_MS = 90_000

/** MinIO, not started: the object store of production and of what is restored. */
export class MinioContainer extends JoinedContainer {
  constructor(image: string, placement: Placement, root: StoreKeys, volume: string) {
    super(image, NAME, placement)
    this.withVolumes({ '/data': volume })
      .withEnvironment({
        MINIO_ROOT_USER: root.accessKeyId,
        MINIO_ROOT_PASSWORD: root.secretAccessKey,
        MINIO_BROWSER: 'off',
        MINIO_UPDATE: 'off',
      })
      .withCommand(['server', '/data', '--address', `:${PORT}`, '--quiet'])
      .withExposedPorts(PORT)
      .withWaitStrategy(Wait.forHttp('/minio/health/ready', PORT).forStatusCode(200))
      .withStartupTimeout(READY_MS)
  }

  override async start(): Promise<StartedMinioContainer> {
    return new StartedMinioContainer(await within(READY_MS + 5_000, 'MinIO', super.start()))
  }
}

/** MinIO that answers. */
export class StartedMinioContainer extends AbstractStartedContainer {
  /** As this process reaches it: loopback. */
  readonly url: string
  /** As containers of the run reach it. */
  readonly innerUrl: string = `http://${NAME}:${PORT}`

  constructor(started: StartedTestContainer) {
    super(started)
    this.url = `http://127.0.0.1:${started.getMappedPort(PORT)}`
  }

  override async stop(): Promise<StoppedMinioContainer> {
    return new StoppedMinioContainer(await super.stop({ timeout: 2_000 }))
  }
}

/** MinIO that is gone; its data is on its volume. */
export class StoppedMinioContainer extends AbstractStoppedContainer {}
