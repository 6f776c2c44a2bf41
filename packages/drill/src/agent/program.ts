import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ActionRegistry } from '@dr-drill/runbook-core'
import { actionsDigest, toolIdentity } from '../targets/local/tool-identity.ts'
import { helloOf } from './protocol/hello.ts'
import type { Hello } from './protocol/messages.ts'

/** The agent of this release as a program. */
export interface AgentProgram {
  /** The file that is started. */
  readonly file: string
  /** True when that file is all there is to it, and may be shipped; else it needs the files of this installation around it. */
  readonly isBundled: boolean
  /** Starts it on this machine. */
  readonly argv: readonly [string, ...string[]]
}

/** Where the bundle lies beside the bundles of the command line; a command line that is no bundle starts modules. */
const BUNDLE = new URL('../../../../agent.mjs', import.meta.url)

/** The agent that belongs to the running command line: its bundle, or the module as built or written. */
export function agentProgram(): AgentProgram {
  if (existsSync(BUNDLE)) return bundledAgent(fileURLToPath(BUNDLE))
  const runsSources = import.meta.url.endsWith('.ts')
  const file = fileURLToPath(new URL(runsSources ? './main.ts' : './main.js', import.meta.url))
  const flags = runsSources ? ['--conditions=source'] : []
  return { file, isBundled: false, argv: [process.execPath, QUIET, ...flags, file] }
}

/** The agent that a file holds as a whole. */
export const bundledAgent = (file: string): AgentProgram => ({
  file,
  isBundled: true,
  argv: [process.execPath, QUIET, file],
})

const QUIET = '--disable-warning=ExperimentalWarning'

/** How a runner says hello to this agent: a bundle is known by its bytes, modules by all files of the release. */
export function agentHello(registry: ActionRegistry, program: AgentProgram): Hello {
  const { version, digest } = toolIdentity()
  return helloOf({
    version,
    digest: program.isBundled ? fileDigest(program.file) : digest,
    actionsDigest: actionsDigest(registry),
  })
}

/** SHA-256 of a file. */
export const fileDigest = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex')
