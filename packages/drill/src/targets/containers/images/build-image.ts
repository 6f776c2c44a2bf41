import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import type Docker from 'dockerode'
import { within } from '../engine/within.ts'
import { hasImage } from './image-names.ts'
import type { ImageRecipe } from './recipes.ts'

/** Label with the digest of all that an image was built from. */
const CONTENT_LABEL = 'dr-drill.content'
const BUILD_MS = 10 * 60_000

/** An image of the recipe on a base, built unless one of the very same content is here. Gives its name. @throws environment-lacking */
export async function buildImage(
  docker: Docker,
  recipe: ImageRecipe,
  base: string,
  say: (text: string) => void,
): Promise<string> {
  const { Id } = await docker.getImage(base).inspect()
  const digest = contentDigest(recipe, Id)
  const name = `${recipe.name}:${digest.slice(0, 16)}`
  if (await hasImage(docker, name)) return name
  say(`building the image ${name} on ${base}`)
  const context = mkdtempSync(join(tmpdir(), 'dr-drill-image-'))
  try {
    for (const [to, from] of entriesOf(recipe)) {
      copyFileSync(realpathSync(from), join(context, to))
      // Whatever modes a checkout has.
      chmodSync(join(context, to), recipe.programs.includes(to) ? 0o755 : 0o644)
    }
    const options = { t: name, buildargs: { BASE: base }, labels: { [CONTENT_LABEL]: digest }, forcerm: true }
    const progress = await docker.buildImage({ context, src: entriesOf(recipe).map(([to]) => to) }, options)
    await within(BUILD_MS, name, followed(docker, progress, say))
  } catch (thrown) {
    if (thrown instanceof OperatingError) throw thrown
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new OperatingError('environment-lacking', `the image ${name} could not be built: ${why}`, {
      subject: name,
      hint: 'Read what the build said above; packages come from the base image’s own sources.',
    })
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
  return name
}

const entriesOf = ({ dockerfile, files }: ImageRecipe): [string, string][] => [
  ['Dockerfile', dockerfile],
  ...Object.entries(files),
]

function contentDigest(recipe: ImageRecipe, baseId: string): string {
  const hash = createHash('sha256').update(`${baseId}\n`)
  for (const [to, from] of entriesOf(recipe)) {
    const bytes = readFileSync(from)
    hash.update(`${to} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

function followed(
  docker: Docker,
  progress: NodeJS.ReadableStream,
  say: (text: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(
      progress,
      (error, output: { error?: string }[] | null) => {
        const failed = error?.message ?? output?.find((line) => line.error !== undefined)?.error
        if (failed === undefined) resolve()
        else reject(new Error(failed))
      },
      ({ stream }: { stream?: string }) => {
        // Its steps; what programs print inside of them would be hundreds of lines.
        if (stream?.startsWith('Step ') === true) say(`  ${stream.trim()}`)
      },
    )
  })
}
