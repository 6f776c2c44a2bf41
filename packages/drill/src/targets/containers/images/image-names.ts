import type Docker from 'dockerode'

/** Images that others make. */
export interface ImageNames {
  /** What ours are built on: a Debian. */
  readonly base: string
  readonly minio: string
  /** Null: our stand-in, built here. */
  readonly stemedb: string | null
}

const PUBLIC = {
  base: 'debian:bookworm-slim',
  minio: 'quay.io/minio/minio:RELEASE.2024-12-13T22-19-12Z',
} as const

/** What `scripts/container-engine.sh` makes where the public ones cannot be had. */
const MADE_HERE = { base: 'dr-drill/base:bookworm', minio: 'dr-drill/minio:built' } as const

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Which images a run uses: those that `DRILL_BASE_IMAGE`, `DRILL_MINIO_IMAGE` and `DRILL_STEMEDB_IMAGE` name; else the public ones if
 * they are here, else what was made here in their place, else the public ones, to be pulled.
 */
export async function imageNames(docker: Docker, variables: Variables): Promise<ImageNames> {
  const choose = async (part: 'base' | 'minio', named: string | undefined): Promise<string> => {
    if (named) return named
    for (const name of [PUBLIC[part], MADE_HERE[part]]) if (await hasImage(docker, name)) return name
    return PUBLIC[part]
  }
  return {
    base: await choose('base', variables.DRILL_BASE_IMAGE),
    minio: await choose('minio', variables.DRILL_MINIO_IMAGE),
    stemedb: variables.DRILL_STEMEDB_IMAGE || null,
  }
}

/** True when an image is here. */
export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect()
    return true
  } catch (thrown) {
    if ((thrown as { statusCode?: number }).statusCode === 404) return false
    throw thrown
  }
}
