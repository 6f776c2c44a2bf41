import { type OperatingError, toOperatingError } from '@dr-drill/runbook-core'
import { visible } from '../ports/log.ts'
import type { Terminal } from './terminal.ts'

/** Shows what went wrong in three lines (code and message, subject, what to do next) and gives the exit code that follows. */
export function printError(terminal: Terminal, thrown: unknown): number {
  const error = toOperatingError(thrown)
  terminal.err(`${errorText(error)}\n`)
  return error.exitCode
}

/** An error as people read it. */
export function errorText(error: OperatingError): string {
  // Stacks of defects keep their lines; every other line is indented, so that foreign text never looks like one of ours.
  const message = error.message
    .split('\n')
    .map(visible)
    .join(error.code === 'internal' ? '\n' : '\n    ')
  const lines = [`drill: ${error.code}: ${message}`]
  if (error.subject !== null && !error.message.includes(error.subject)) {
    lines.push(`  about: ${visible(error.subject)}`)
  }
  lines.push(`  next: ${visible(error.hint)}`)
  return lines.join('\n')
}
