import { actionsDigest } from '../targets/local/tool-identity.ts'
import { stemedbActions } from '../targets/stemedb-actions.ts'
import { openHost } from './hosts/open-host.ts'
import { agentHello, agentProgram, fileDigest } from './program.ts'
import { helloOf } from './protocol/hello.ts'
import { serveAgent } from './serving/agent.ts'

/** Version of the release, put in where this module is bundled. */
declare const BUNDLED_VERSION: string | undefined

// Stdout is the connection: whatever a library says goes elsewhere.
console.log = console.error
console.info = console.error

// However it is told to end, it ends as if the connection had.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.on(signal, () => process.stdin.destroy())

const registry = stemedbActions()
const identity =
  typeof BUNDLED_VERSION === 'string'
    ? helloOf({
        version: BUNDLED_VERSION,
        digest: fileDigest(process.argv[1] ?? ''),
        actionsDigest: actionsDigest(registry),
      })
    : agentHello(registry, { ...agentProgram(), isBundled: false })

await serveAgent({ input: process.stdin, output: process.stdout, identity, registry, openHost })
process.exit(0)
