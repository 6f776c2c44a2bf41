import { FAULTS } from '@dr-drill/simulator'
import { type Format, formatFlag } from '../flags.ts'
import type { Register } from '../program.ts'

type Fault = (typeof FAULTS)[number]

/** `drill faults`: the fault atlas. */
export const registerFaults: Register = (program, context) => {
  program
    .command('faults')
    .summary('what can be made to go wrong, and what must come of it')
    .description(
      'Lists the kinds of fault that `run --fault KIND[:name=value,...]` knows: what each does, when, its parameters, and whether a run must survive it. Whatever is drawn follows --seed. A fault that was asked for and did not strike makes a run inconclusive (exit 4).',
    )
    .addOption(formatFlag())
    .addHelpText(
      'after',
      '\nExample:\n  ./drill faults\n  ./drill run full-restore --fault s3-outage:seconds=5',
    )
    .action(({ format }: { format: Format }) => {
      context.terminal.out(format === 'json' ? `${JSON.stringify(atlas())}\n` : FAULTS.map(entry).join('\n'))
    })
}

const atlas = () => ({
  kind: 'fault-atlas',
  schemaVersion: 1,
  faults: FAULTS.map(({ kind, verb, strikes, when, targets, describe, survival }) => ({
    kind,
    verb,
    strikes,
    when,
    targets,
    parameters: describe,
    survival,
  })),
})

function entry({ kind, verb, when, targets, describe, survival }: Fault): string {
  const width = Math.max(...describe.map(({ name }) => name.length))
  const parameters = describe.map(
    ({ name, meaning, values }) => `    ${name.padEnd(width)}  ${meaning} (${values})`,
  )
  return [kind, `  ${verb}; ${when}`, ...parameters, `  ${survival}`, `  On ${targets.join(', ')}.`, ''].join(
    '\n',
  )
}
