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

// Controls, separators that break lines, marks that reorder or hide text: as reports neutralise them.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

/** Text with such characters written as their numbers, so that foreign text can neither move the cursor nor forge a line. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** Text of several lines, each made visible: the line ends are ours. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n')
