import type { LogContract, PortHandler } from '@dr-drill/runbook-core'

/** One entry of the log. */
export type LogEntry = Parameters<LogContract['write']>[0]

/** Log into whatever shows progress: the command line's stderr, or nothing. */
export function logTo(show: (entry: LogEntry) => void): PortHandler<LogContract> {
  return {
    write(entry) {
      show(entry)
    },
  }
}

/** An entry as one line: its message, then its fields as `name=value`; control characters are made visible. */
export function logLine(entry: LogEntry): string {
  const fields = Object.entries(entry.fields ?? {}).map(([name, value]) => ` ${name}=${String(value)}`)
  return visible(`${entry.message}${fields.join('')}`)
}

/** Text with its control characters written as \xNN, so that foreign text can neither move the cursor nor forge a line. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
