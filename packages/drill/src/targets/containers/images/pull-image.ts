import { OperatingError } from '@dr-drill/runbook-core'
import type Docker from 'dockerode'
import { SET_UP } from '../engine/connect.ts'
import { within } from '../engine/within.ts'
import { hasImage } from './image-names.ts'

const PULL_MS = 5 * 60_000

/** Has an image here, pulled when it is not. @throws environment-lacking */
export async function requireImage(docker: Docker, name: string, say: (text: string) => void): Promise<void> {
  if (await hasImage(docker, name)) return
  say(`pulling ${name}`)
  try {
    await within(PULL_MS, name, pull(docker, name))
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new OperatingError(
      'environment-lacking',
      `the image ${name} cannot be had: ${why.split('\n')[0]}`,
      {
        subject: name,
        hint: `Make one in its place with ${SET_UP}, or name another by DRILL_BASE_IMAGE or DRILL_MINIO_IMAGE.`,
      },
    )
  }
}

async function pull(docker: Docker, name: string): Promise<void> {
  const progress = await docker.pull(name)
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()))
  })
}
