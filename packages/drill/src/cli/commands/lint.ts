import {
  type Finding,
  failsOn,
  lint,
  lintJson,
  lintSarif,
  lintText,
  type Severity,
} from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { visibleLines } from '../../ports/log.ts'
import { stemedbActions } from '../../targets/stemedb-actions.ts'
import { flag } from '../flags.ts'
import type { Register } from '../program.ts'
import { readRunbook } from '../run/runbooks.ts'

interface Options {
  readonly format: 'text' | 'json' | 'sarif'
  readonly failOn: Severity
}

/** `drill lint`: reads runbooks against the rules. */
export const registerLint: Register = (program, context, finish) => {
  program
    .command('lint')
    .summary('read runbooks against the rules; each finding says how to mend it')
    .description('Finds in a runbook what has made restores fail. Exit 1 at or above --fail-on.')
    .argument('<RUNBOOK...>', 'built-in runbooks (full-restore) or files')
    .addOption(
      flag('--fail-on <SEVERITY>', 'lowest severity that fails')
        .choices(['error', 'warning', 'info'])
        .default('error'),
    )
    .addOption(
      flag('--format <FORMAT>', 'how findings are written')
        .choices(['text', 'json', 'sarif'])
        .default('text'),
    )
    .addHelpText('after', '\nExample:\n  ./drill lint full-restore --fail-on warning')
    .action((names: readonly string[], options: Options) => {
      const registry = stemedbActions()
      const findings: Finding[] = []
      for (const name of names) {
        const { text, file } = readRunbook(name, context.directory)
        findings.push(...lint(loadRunbook(text, { registry, checksums: nativeChecksums, file }), registry))
      }
      context.terminal.out(written(findings, options.format, context.version))
      finish(failsOn(findings, options.failOn) ? 1 : 0)
    })
}

function written(findings: readonly Finding[], format: Options['format'], version: string): string {
  if (format === 'text') return visibleLines(lintText(findings))
  const value = format === 'json' ? lintJson(findings) : lintSarif(findings, version)
  return `${JSON.stringify(value, null, 2)}\n`
}
