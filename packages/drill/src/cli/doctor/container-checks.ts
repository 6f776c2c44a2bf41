import { spawnSync } from 'node:child_process'
import { toOperatingError } from '@dr-drill/runbook-core'
import type Docker from 'dockerode'
import { agentProgram } from '../../agent/program.ts'
import { engineClient } from '../../targets/containers/engine/client-environment.ts'
import { connectEngine, SET_UP } from '../../targets/containers/engine/connect.ts'
import { hasImage, imageNames } from '../../targets/containers/images/image-names.ts'
import { type DoctorCheck, lacking, ok } from './doctor-check.ts'

/** Oldest API whose engine gives a container control groups of its own. */
const API_MIN: readonly [number, number] = [1, 41]

/** What `containers` needs: an engine, its client, the images that ours are built on, programs to put into them. */
export async function containerChecks(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<DoctorCheck[]> {
  const here = [engineClientCheck(), programs()]
  let docker: Docker
  try {
    docker = await connectEngine()
  } catch (thrown) {
    return [...here, lacking('engine', 'Container engine', toOperatingError(thrown).message, SET_UP)]
  }
  return [...here, await engine(docker), ...(await images(docker, variables))]
}

function engineClientCheck(): DoctorCheck {
  const { status, stdout } = spawnSync('docker', ['--version'], { encoding: 'utf8', env: engineClient() })
  if (status === 0) return ok('engine-client', 'Engine client', stdout.trim())
  return lacking('engine-client', 'Engine client', 'there is no program docker on PATH', SET_UP)
}

function programs(): DoctorCheck {
  if (agentProgram().isBundled) return ok('programs', 'Programs for containers', 'built')
  return lacking('programs', 'Programs for containers', 'not built', 'sh scripts/setup.sh, then use ./drill')
}

async function engine(docker: Docker): Promise<DoctorCheck> {
  const { Version, ApiVersion } = await docker.version()
  const [major = 0, minor = 0] = ApiVersion.split('.').map(Number)
  const isNew = major > API_MIN[0] || (major === API_MIN[0] && minor >= API_MIN[1])
  const detail = `${Version}, API ${ApiVersion}`
  if (isNew) return ok('engine', 'Container engine', detail)
  return lacking(
    'engine',
    'Container engine',
    `${detail}; API ${API_MIN.join('.')} wanted`,
    'Upgrade Docker.',
  )
}

async function images(
  docker: Docker,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<DoctorCheck[]> {
  const { base, minio } = await imageNames(docker, variables)
  const check = async (id: string, title: string, name: string): Promise<DoctorCheck> => {
    if (await hasImage(docker, name)) return ok(id, title, name)
    return lacking(id, title, `${name} is not here`, `docker pull ${name}, or: ${SET_UP}`)
  }
  return [await check('base-image', 'Base image', base), await check('minio-image', 'MinIO image', minio)]
}
