import { once } from 'node:events'
import { createReadStream, createWriteStream, renameSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { type LedgerHeader, type LedgerLine, ledgerHeaderLine, ledgerLine } from '@dr-drill/runbook-core'

/**
 * Writes the ledger of a production that lived on: what the history's ledger says, with the failure that really came, and what its
 * clients saw since. Under its name only when it is whole.
 */
export async function writeLivedLedger(
  history: string,
  to: string,
  failureAt: number,
  lived: readonly LedgerLine[],
): Promise<void> {
  const out = createWriteStream(`${to}.part`)
  const write = async (text: string): Promise<void> => {
    if (!out.write(text)) await once(out, 'drain')
  }
  let isFirst = true
  for await (const line of createInterface({ input: createReadStream(history), crlfDelay: Infinity })) {
    const header = isFirst ? (JSON.parse(line) as LedgerHeader) : null
    await write(header === null ? `${line}\n` : ledgerHeaderLine({ ...header, failureAt }))
    isFirst = false
  }
  for (const line of lived) await write(ledgerLine(line))
  out.end()
  await finished(out)
  renameSync(`${to}.part`, to)
}
