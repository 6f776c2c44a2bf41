import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OperatingError } from '@dr-drill/runbook-core'

/** An image of ours: a Dockerfile, and what lies beside it when it is built, by the names that it uses. */
export interface ImageRecipe {
  readonly name: string
  /** Paths of this machine. */
  readonly dockerfile: string
  readonly files: Readonly<Record<string, string>>
  /** Those of them that are executed. */
  readonly programs: readonly string[]
}

/** The installation: modules as built lie in `packages/drill/dist/targets/containers/images` below it. */
const installation = new URL('../../../../../../', import.meta.url)
const at = (path: string): string => fileURLToPath(new URL(path, installation))
const source = (path: string): string => at(`packages/drill/images/${path}`)

/** Programs that are one file each (scripts/bundle.ts). @throws environment-lacking when they were not made */
function program(path: string): string {
  const file = at(`.setup/bundle/${path}`)
  if (existsSync(file)) return file
  throw new OperatingError('environment-lacking', `${path} was not built`, {
    subject: file,
    hint: 'Run sh scripts/setup.sh.',
  })
}

/** What both images of ours hold: the Node of this process, the stand-in's engine, the operations. */
const common = (): Record<string, string> => ({
  node: process.execPath,
  'engine.mjs': program('images/engine.mjs'),
  'ops.mjs': program('images/ops.mjs'),
  'package.json': at('packages/drill/package.json'),
  'dr-drill': source('dr-drill'),
})

/** Production's engine: the stand-in. */
export const stemedbImage = (): ImageRecipe => ({
  name: 'dr-drill/stemedb',
  dockerfile: source('stemedb/Dockerfile'),
  files: { ...common(), 'stemedb-api': at('fixtures/artifacts/stemedb-api-0.1.0') },
  programs: ['node', 'dr-drill', 'stemedb-api'],
})

/** The recovery host; `agent` is the bundled agent's file. */
export const hostImage = (agent: string): ImageRecipe => ({
  name: 'dr-drill/host',
  dockerfile: source('host/Dockerfile'),
  files: {
    ...common(),
    'agent.mjs': agent,
    'ssh-host-keys.service': source('host/ssh-host-keys.service'),
    'engine.conf': source('host/engine.conf'),
    'operations.conf': source('host/operations.conf'),
  },
  programs: ['node', 'dr-drill'],
})
