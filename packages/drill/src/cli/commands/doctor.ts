import type { CliContext } from '../context.ts'
import { containersHostChecks, localChecks, simChecks } from '../doctor/checks.ts'
import type { DoctorCheck } from '../doctor/doctor-check.ts'
import { type Format, flag, formatFlag } from '../flags.ts'
import type { Register } from '../program.ts'

/** `drill doctor`: 0 when the target can run here, 5 when something is lacking. */
export const registerDoctor: Register = (program, context, finish) => {
  program
    .command('doctor')
    .summary('what this machine can do, and what mends what it cannot')
    .description(
      'Checks what a target needs of this machine and names the command that mends what is lacking.',
    )
    .addOption(
      flag('--target <TARGET>', 'target to check for')
        .choices(['local', 'sim', 'containers'])
        .default('local'),
    )
    .addOption(formatFlag())
    .addHelpText('after', '\nExample:\n  ./drill doctor --target local')
    .action(async (options: { target: string; format: Format }) => {
      const { directory } = context
      const checks = await checksOf(options.target, directory, context.variables)
      const lacking = checks.some((check) => check.status === 'lacking')
      context.terminal.out(
        options.format === 'json'
          ? `${JSON.stringify({ kind: 'doctor', schemaVersion: 1, target: options.target, ready: !lacking, checks })}\n`
          : doctorText(checks, options.target),
      )
      finish(lacking ? 5 : 0)
    })
}

async function checksOf(
  target: string,
  directory: string,
  variables: CliContext['variables'],
): Promise<readonly DoctorCheck[]> {
  if (target === 'sim') return simChecks(directory)
  if (target === 'local') return await localChecks(directory)
  // What speaks to a container engine is loaded for what asks for one.
  const { containerChecks } = await import('../doctor/container-checks.ts')
  return [...containersHostChecks(directory), ...(await containerChecks(variables))]
}

const MARKS: Readonly<Record<DoctorCheck['status'], string>> = {
  ok: 'ok     ',
  lacking: 'LACKING',
  info: 'info   ',
}

function doctorText(checks: readonly DoctorCheck[], target: string): string {
  const lines = checks.flatMap((check) => [
    `${MARKS[check.status]}  ${check.title}: ${check.detail}`,
    ...(check.fix === null ? [] : [`         mend it: ${check.fix}`]),
  ])
  const lacking = checks.filter((check) => check.status === 'lacking').length
  const verdict =
    lacking === 0 ? `Target ${target} can run here.` : `Target ${target} cannot run here: ${lacking} lacking.`
  return `${lines.join('\n')}\n${verdict}\n`
}
