import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Version of the engine that worlds are made with, and of its artefact in the bucket. */
export const ENGINE_VERSION = '0.1.0'
const ARTIFACT = `artifacts/stemedb-api-${ENGINE_VERSION}`

/** The engine's artefact as production has put it into its bucket. */
export function engineArtifact(): { readonly key: string; readonly bytes: Uint8Array } {
  const file = new URL(`../../../../fixtures/${ARTIFACT}`, import.meta.url)
  return { key: ARTIFACT, bytes: readFileSync(fileURLToPath(file)) }
}
