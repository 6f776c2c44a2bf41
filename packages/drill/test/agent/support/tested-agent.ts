/**
 * The agent as it is, but that it dies where the test says: `KILL_AT=K:before` right before the K-th effect of its life takes place
 * (its intent is durable), `K:after` right after it. `COUNT_FILE` is given a line for each
 * effect. `LOCK_MS` is how long it waits for another agent.
 */
import { appendFileSync } from 'node:fs'
import { type Call, type Environment, intercept, Settle, type Task } from '@dr-drill/runbook-core'
import { openHost } from '../../../src/agent/hosts/open-host.ts'
import { helloOf } from '../../../src/agent/protocol/hello.ts'
import { serveAgent } from '../../../src/agent/serving/agent.ts'
import { actionsDigest } from '../../../src/targets/local/tool-identity.ts'
import { stemedbActions } from '../../../src/targets/stemedb-actions.ts'

const [at = '0', moment = ''] = (process.env.KILL_AT ?? '').split(':')
const { COUNT_FILE } = process.env
let effects = 0

/** Sees an effect when its intent is durable: it stands where the host's own ports stand. */
function watched(environment: Environment): Environment {
  return intercept(environment, (call, next) => (call.access === 'write' ? effect(call, next) : next(call)))
}

function* effect(call: Call<unknown>, next: (call: Call<unknown>) => unknown): Task<unknown> {
  effects += 1
  const mine = effects === Number(at)
  if (COUNT_FILE !== undefined) appendFileSync(COUNT_FILE, `${call.port}.${call.method}\n`)
  if (mine && moment === 'before') yield* die()
  const result = yield* new Settle(next(call))
  if (mine && moment === 'after') yield* die()
  return result
}

/** The signal needs a moment; nothing may be done in it. */
function* die(): Task<void> {
  process.kill(process.pid, 'SIGKILL')
  yield* new Settle<void>(new Promise<never>(() => {}))
}

const registry = stemedbActions()
await serveAgent({
  input: process.stdin,
  output: process.stdout,
  identity: helloOf({ version: 'tested', digest: '0'.repeat(64), actionsDigest: actionsDigest(registry) }),
  registry,
  lockPatienceMs: Number(process.env.LOCK_MS ?? 15_000),
  openHost: async (description, context) => {
    const host = await openHost(description, context)
    return { ...host, environment: watched(host.environment) }
  },
})
process.exit(0)
