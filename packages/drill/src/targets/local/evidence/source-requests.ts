import type { Evidence } from '@dr-drill/runbook-core'
import { STATISTICS_PATH } from '@dr-drill/simulator/server'
import type { RequestCounts } from '../../../ports/object-store/index.ts'

type Requests = Evidence<'source-requests'>

/** Requests as the client counted them; a server that is not ours tells us nothing of those it refused. */
export function countedByClient(counts: Readonly<RequestCounts>): Requests {
  return { ...counts, refusedWrites: 0 }
}

/**
 * Requests of one access key as the embedded server counted them, which also knows those that went around our client. Null when
 * it does not tell.
 */
export async function countedByServer(
  url: string,
  token: string,
  accessKey: string,
): Promise<Requests | null> {
  try {
    const answer = await fetch(`${url}${STATISTICS_PATH}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(2_000),
    })
    const body = (await answer.json()) as { credentials?: Record<string, Requests> }
    const { get, head, list, other, refusedWrites } =
      body.credentials?.[accessKey] ?? ({} as Partial<Requests>)
    const all = [get, head, list, other, refusedWrites]
    if (!all.every((count) => Number.isSafeInteger(count))) return null
    return { get, head, list, other, refusedWrites } as Requests
  } catch {
    return null
  }
}
