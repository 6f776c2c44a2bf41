import {
  type CommandInput,
  type CommandResult,
  type CommandsContract,
  OperatingError,
  type PortHandler,
  type Task,
  timeout,
} from '@dr-drill/runbook-core'

/** What a program does when it is run on a simulated machine: a task over the ports of the account that runs it. */
export type CommandModel = (input: CommandInput) => Task<CommandResult>

/** Models by the name of the program, as the first word of an argument vector has it. */
export type CommandModels = Readonly<Record<string, CommandModel>>

/** The port Commands of a machine: programs that nobody modelled are not there. */
export function commandHandlers(models: CommandModels): PortHandler<CommandsContract> {
  const modelOf = (program: string): CommandModel | null =>
    Object.hasOwn(models, program) ? (models[program] ?? null) : null
  return {
    run: (input) => {
      const [program] = input.argv
      const model = modelOf(program)
      if (model === null) {
        throw new OperatingError('capability-missing', `nobody modelled what ${program} does`, {
          subject: program,
          hint: 'A command runs in a simulation only if a model of it was registered.',
        })
      }
      return timeout(input.timeoutMs, program, model(input))
    },
    which: ({ programs }) => Object.fromEntries(programs.map((one) => [one, modelOf(one) !== null])),
  }
}
