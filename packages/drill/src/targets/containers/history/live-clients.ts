import { type LedgerLine, OperatingError } from '@dr-drill/runbook-core'
import { assertionDigest } from '@dr-drill/runbook-core/stemedb'
import { RandomStream, worldAssertion } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'

const REQUEST_MS = 10_000
/** Between two writes of the one client. */
const PAUSE_MS = 40

/** A client of production that writes on and on. */
export interface LiveClient {
  /** Lines of the ledger: what it submitted and what was acknowledged, in that order. */
  readonly lines: readonly LedgerLine[]
  /** Ends it; a write under way is heard of or not. @throws what production refused while it was well */
  stop(): Promise<void>
}

/** Writes assertions one after the other until it is stopped. What it sent and never heard of stays submitted. */
export function startClient(url: string, seed: number, from: number): LiveClient {
  const random = RandomStream.fromSeed(seed).split('life')
  const lines: LedgerLine[] = []
  let stopping = false
  const writing = (async (): Promise<void> => {
    for (let n = from; !stopping; n += 1) {
      const assertion = worldAssertion(random, n)
      const digest = assertionDigest(nativeChecksums, assertion)
      lines.push({ op: 'submitted', key: assertion.id, digest })
      const position = await assert(url, assertion, () => stopping)
      if (position === null) return
      lines.push({ op: 'acknowledged', key: assertion.id, position, at: Date.now(), digest })
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  })()
  // It is told when it is stopped.
  writing.catch(() => {})
  return {
    lines,
    async stop() {
      stopping = true
      await writing
    },
  }
}

/** The position at which it was acknowledged; null: nobody answered any more, as was to be expected. */
async function assert(url: string, assertion: object, mayFail: () => boolean): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/v1/assert`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(assertion),
      signal: AbortSignal.timeout(REQUEST_MS),
    })
    const { position } = (await answer.json()) as { position?: unknown }
    if (answer.status === 201 && typeof position === 'string') return position
    throw new OperatingError('environment-lacking', `production refused a write: ${answer.status}`)
  } catch (thrown) {
    if (mayFail()) return null
    throw thrown
  }
}
