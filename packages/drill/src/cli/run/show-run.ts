import { relative } from 'node:path'
import { modeSentence, plainVerdict, prettyVerdict, type Report, reportText } from '@dr-drill/runbook-core'
import type { CliContext } from '../context.ts'
import type { Format } from '../flags.ts'

/** A run's verdict as a person or program reads it, on stdout. */
export function showReport(report: Report, directory: string, format: Format, context: CliContext): void {
  const { terminal } = context
  if (format === 'json') {
    terminal.out(reportText(report))
    return
  }
  const near = relative(context.directory, directory)
  const evidencePath = near.startsWith('..') || near === '' ? directory : near
  const width = process.stdout.columns ?? 100
  terminal.out(
    format === 'pretty'
      ? prettyVerdict(report, { evidencePath, width, colour: terminal.colour })
      : plainVerdict(report, { evidencePath, width }),
  )
}

/** The sentence that every output begins with. */
export const sentence = (mode: Report['mode'], target: string): string => modeSentence(mode, target)
