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
      'Lists the kinds of fault that `run --fault KIND[:name=value,...]` knows: what each does, when, its parameters, where it can strike, and what must come of a run: recover, refuse, resume (it may end early; its continuation reaches the same end) or stop (before its gate; the host is spoilt). Whatever is drawn follows --seed. A fault that was asked for and did not strike makes a run inconclusive (exit 4).',
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
  faults: FAULTS.map((fault) => {
    const { kind, verb, strikes, when, targets, describe, survival } = fault
    return { kind, verb, strikes, when, targets, parameters: describe, ...usually(fault), survival }
  }),
})

/** What must come of a fault with its default parameters, and what it excuses; null: any amount. */
function usually({ parameters, outcome, excuses }: Fault) {
  const usual = parameters.parse({})
  return { outcome: outcome(usual), excuses: excuses(usual) }
}

function entry(fault: Fault): string {
  const { kind, verb, when, targets, describe, survival } = fault
  const width = Math.max(...describe.map(({ name }) => name.length))
  const parameters = describe.map(
    ({ name, meaning, values }) => `    ${name.padEnd(width)}  ${meaning} (${values})`,
  )
  const where = `  On ${targets.join(', ')}; with the defaults: ${usually(fault).outcome}.`
  return [kind, `  ${verb}; ${when}`, ...parameters, `  ${survival}`, where, ''].join('\n')
}
