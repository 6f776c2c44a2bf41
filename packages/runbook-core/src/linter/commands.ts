import type { StaticStep } from '../runbook/static-steps.ts'

const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh'])

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The argument vector of a step that runs a command; what only the run knows is a text beginning with `${`. */
export function argvOf(item: StaticStep): readonly string[] {
  const { argv } = item.input as { argv?: unknown }
  return Array.isArray(argv) ? argv.map(String) : []
}

/** A text handed to a shell, and whether it is the same in every run. */
export interface ShellText {
  readonly text: string
  readonly constant: boolean
}

/** Texts after `sh -c`, `bash -euc` and the like, also behind sudo or env. */
export function shellTextsOf(item: StaticStep): readonly ShellText[] {
  const argv = argvOf(item)
  const shell = argv.findIndex((argument) => SHELLS.has(baseName(argument)))
  if (shell < 0) return []
  const flag = argv.findIndex((argument, index) => index > shell && /^-[a-z]*c$/.test(argument))
  const text = flag < 0 ? undefined : argv[flag + 1]
  return text === undefined ? [] : [{ text, constant: !text.startsWith('${ ') }]
}

/** How much of a command is searched for hazards, and in pieces of which length: bounds what a pattern can cost. */
const TEXT_LENGTH_MAX = 20_000
const LINE_LENGTH_MAX = 500

/** What a command says, for pattern matching: its vector joined by spaces and its standard input, line by line. */
export function commandLinesOf(item: StaticStep): readonly string[] {
  const { stdin } = item.input as { stdin?: unknown }
  const text = [argvOf(item).join(' '), ...(typeof stdin === 'string' ? [stdin] : [])].join('\n')
  const lines = text.slice(0, TEXT_LENGTH_MAX).replaceAll('\\\n', ' ').split('\n')
  return lines.flatMap((line) => {
    const pieces: string[] = []
    for (let at = 0; at < line.length; at += LINE_LENGTH_MAX)
      pieces.push(line.slice(at, at + LINE_LENGTH_MAX))
    return pieces
  })
}
