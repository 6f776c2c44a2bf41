import { STEMEDB_PATHS, STEMEDB_USER } from '@dr-drill/runbook-core/stemedb'
import { type StartedTestContainer, Wait } from 'testcontainers'
import { within } from '../engine/within.ts'
import { JoinedContainer, type Placement } from './joined-container.ts'

const FILL_MS = 120_000

/** Where production's operations find the key that signs backups. */
export const SIGNING_KEY = `${STEMEDB_PATHS.home}/signer.key`

/** What production's disk holds before its first start here. */
export interface DiskContents {
  /** Directory of this machine that stands for its root. */
  readonly root: string
  readonly signingSeed: string
}

/** Fills production's volume and ends: files are copied in as root's, and only inside the image it is known who the account is. */
export class DiskFiller extends JoinedContainer {
  constructor(image: string, placement: Placement, volume: string, contents: DiskContents) {
    super(image, 'disk-filler', placement)
    this.withVolumes({ [STEMEDB_PATHS.home]: volume })
      .withUser('0:0')
      .withEntrypoint(['chown', '-R', `${STEMEDB_USER}:${STEMEDB_USER}`, STEMEDB_PATHS.home])
      .withCopyDirectoriesToContainer([{ source: contents.root, target: '/' }])
      .withCopyContentToContainer([
        { content: `${contents.signingSeed}\n`, target: SIGNING_KEY, mode: 0o600 },
      ])
      .withWaitStrategy(Wait.forOneShotStartup())
      .withStartupTimeout(FILL_MS)
  }

  /** Returns when the volume is filled. @throws environment-lacking */
  async fill(): Promise<void> {
    const ended: StartedTestContainer = await within(FILL_MS + 5_000, "production's disk", this.start())
    await ended.stop()
  }
}
