import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ActionRegistry, canonicalJsonBytes } from '@dr-drill/runbook-core'
import { nativeChecksums } from '@dr-drill/simulator/server'

/** What a run was made with: a resume by another release could mean something else by the same journal. */
export interface ToolIdentity {
  readonly version: string
  /** SHA-256 over every program file of the three packages, by name. */
  readonly digest: string
}

/** The identity of the running release. */
export function toolIdentity(): ToolIdentity {
  const runsSources = import.meta.url.endsWith('.ts')
  const packages = fileURLToPath(new URL('../../../../', import.meta.url))
  const hash = createHash('sha256')
  for (const name of ['runbook-core', 'simulator', 'drill']) {
    const folder = join(packages, name, runsSources ? 'src' : 'dist')
    for (const file of programFiles(folder, runsSources ? '.ts' : '.js')) {
      hash
        .update(`${name}/${file}\0`)
        .update(readFileSync(join(folder, file)))
        .update('\0')
    }
  }
  const { version } = JSON.parse(readFileSync(join(packages, 'drill', 'package.json'), 'utf8')) as {
    version: string
  }
  return { version, digest: hash.digest('hex') }
}

function programFiles(folder: string, suffix: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(suffix) && !file.endsWith(`.d${suffix}`))
    .sort()
}

/** SHA-256 of the kinds of action and what each declares. */
export function actionsDigest(registry: ActionRegistry): string {
  const declared = registry.kinds.map((kind) => {
    const action = registry.get(kind)
    return {
      kind,
      ports: [...(action?.ports ?? [])],
      traits: [...(action?.traits ?? [])],
      required: [...(action?.capabilities.required ?? [])],
      optional: [...(action?.capabilities.optional ?? [])],
    }
  })
  return nativeChecksums.sha256Hex(canonicalJsonBytes(declared))
}
