#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { commandsFor } from './commands/index.ts'
import { listenForSignals } from './interrupts.ts'
import { endWithParent } from './parent-watch.ts'
import { printError } from './print-error.ts'
import { runProgram } from './program.ts'
import { keepHeapSmall } from './small-heap.ts'
import { processTerminal } from './terminal.ts'

const terminal = processTerminal(process.env)

const die = (thrown: unknown): never => {
  printError(terminal, thrown)
  process.exit(70)
}
process.on('uncaughtException', die)
process.on('unhandledRejection', die)

if (process.env.DRILL_EXIT_WITH_PARENT === '1') endWithParent(() => process.exit(143))

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const args = process.argv.slice(2)
keepHeapSmall(args)
const exitCode = await runProgram(
  args,
  {
    terminal,
    interrupts: listenForSignals(terminal.err, (code) => process.exit(code)),
    variables: process.env,
    directory: process.cwd(),
    version,
  },
  await commandsFor(args),
)
process.exit(exitCode)
