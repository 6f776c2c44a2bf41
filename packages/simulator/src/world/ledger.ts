import { type LedgerHeader, type LedgerLine, ledgerHeaderLine, ledgerLine } from '@dr-drill/runbook-core'

/** Who keeps the truth about a world while it lives. */
export interface LedgerSink {
  begin(header: LedgerHeader): void
  write(line: LedgerLine): void
}

/** The truth about a world, kept outside its database: what clients submitted and what was acknowledged to them. */
export class WorldLedger implements LedgerSink {
  readonly #write: (line: string) => void
  #acknowledged = 0

  /** `write` receives whole lines, in order, their ends included. */
  constructor(write: (line: string) => void) {
    this.#write = write
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  begin(header: LedgerHeader): void {
    this.#write(ledgerHeaderLine(header))
  }

  write(line: LedgerLine): void {
    if (line.op === 'acknowledged') this.#acknowledged += 1
    this.#write(ledgerLine(line))
  }
}
