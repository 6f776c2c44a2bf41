import type { CliContext } from '../../src/cli/context.ts'

/** A context for commands that are run in this process: what they write goes into `seen`, and no signal comes. */
export const quietContext = (seen: { out: string; err: string }, directory: string): CliContext => ({
  terminal: {
    out: (text) => {
      seen.out += text
    },
    err: (text) => {
      seen.err += text
    },
    isLive: false,
    columns: 80,
    colour: false,
  },
  interrupts: { received: null, onInterrupt: () => () => {}, setLastLine() {}, leaveToSystem() {} },
  variables: {},
  directory,
  version: '1.2.3',
})
