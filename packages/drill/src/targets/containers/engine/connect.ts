import { OperatingError } from '@dr-drill/runbook-core'
import Docker from 'dockerode'
import { within } from './within.ts'

/** How long an engine may take to answer that it is there. */
const PING_MS = 5_000

/** The command that sets up what is missing. */
export const SET_UP = 'sudo sh scripts/container-engine.sh'

/**
 * The container engine that `DOCKER_HOST`, else the usual socket, names, once it has answered. Containers of a run are swept by labels of
 * ours, so the sweeper that the library would start beside them stays away. @throws environment-lacking
 */
export async function connectEngine(): Promise<Docker> {
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
  // Ports are bound to loopback, whatever the library takes for the engine's address (inside a container: a bridge's gateway).
  process.env.TESTCONTAINERS_HOST_OVERRIDE = '127.0.0.1'
  try {
    const docker = new Docker()
    await within(PING_MS, 'the container engine', docker.ping())
    return docker
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new OperatingError('environment-lacking', `no container engine answers: ${why.split('\n')[0]}`, {
      subject: 'docker',
      hint: `Start Docker, or on Debian run: ${SET_UP}`,
    })
  }
}
