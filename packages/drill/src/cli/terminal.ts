/** Where the command line writes. Results go to `out`, everything else to `err`. */
export interface Terminal {
  /** Writes text as it stands. */
  out(text: string): void
  err(text: string): void
  /** True when a person may be watching stderr: live lines are possible. */
  readonly isLive: boolean
  /** Columns of stderr; 80 where it has none. */
  readonly columns: number
  /** Whether results, on stdout, are coloured; progress never is. */
  readonly colour: boolean
}

type Variables = Readonly<Record<string, string | undefined>>

/** The terminal of this process. A reader that went away (`| head`) is no error: what it no longer reads is dropped. */
export function processTerminal(variables: Variables): Terminal {
  return {
    out: writer(process.stdout),
    err: writer(process.stderr),
    isLive: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    colour: wantsColour(variables, process.stdout.isTTY === true),
  }
}

/** FORCE_COLOR wins over NO_COLOR; without either, colour is for terminals. */
export function wantsColour(variables: Variables, isTerminal: boolean): boolean {
  const forced = variables.FORCE_COLOR
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  if (variables.NO_COLOR !== undefined && variables.NO_COLOR !== '') return false
  return isTerminal && variables.TERM !== 'dumb'
}

function writer(stream: NodeJS.WriteStream): (text: string) => void {
  let closed = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    closed = true
  })
  return (text) => {
    if (!closed) stream.write(text)
  }
}
