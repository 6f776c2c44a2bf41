/** Signals that end a run in order. */
export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

const NUMBERS: Readonly<Record<EndSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/** Cleanup that takes longer than this is left behind: children end by themselves when this process has. */
const CLEANUP_MS = 5_000

/** Exit code of a process that a signal ended. */
export const signalExitCode = (signal: EndSignal): number => 128 + NUMBERS[signal]

/** What a command can ask about interruption. */
export interface Interrupts {
  /** The first signal that came; null as long as none has. */
  readonly received: EndSignal | null
  /** Called once, on the first signal (at once when it came already). The returned function takes it off again. */
  onInterrupt(listener: (signal: EndSignal) => void): () => void
  /** Printed when cleanup did not end in time, as the last line: the resume command. */
  setLastLine(line: () => string | null): void
  /** Lets signals end the process at once, as if nobody listened: for work that never gives listeners a turn. */
  leaveToSystem(): void
}

/**
 * Listens for SIGINT, SIGTERM and SIGHUP. The first one asks; a second Ctrl-C, or cleanup that takes longer than 5 s, ends the
 * process at once.
 */
export function listenForSignals(write: (text: string) => void, exit: (code: number) => never): Interrupts {
  const listeners = new Set<(signal: EndSignal) => void>()
  let received: EndSignal | null = null
  let lastLine: () => string | null = () => null
  const give = (signal: EndSignal): never => {
    const line = lastLine()
    if (line !== null) write(`${line}\n`)
    return exit(signalExitCode(signal))
  }
  const take = (signal: EndSignal): void => {
    if (received !== null) {
      if (signal === 'SIGINT') give(received)
      return
    }
    received = signal
    setTimeout(() => give(signal), CLEANUP_MS).unref()
    for (const listener of [...listeners]) listener(signal)
    // Nothing that wants time to clean up is running.
    if (listeners.size === 0) give(signal)
  }
  const handlers = (Object.keys(NUMBERS) as EndSignal[]).map(
    (signal) => [signal, () => take(signal)] as const,
  )
  for (const [signal, handler] of handlers) process.on(signal, handler)
  return {
    get received() {
      return received
    },
    onInterrupt(listener) {
      if (received !== null) listener(received)
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setLastLine(line) {
      lastLine = line
    },
    leaveToSystem() {
      for (const [signal, handler] of handlers) process.off(signal, handler)
    },
  }
}
