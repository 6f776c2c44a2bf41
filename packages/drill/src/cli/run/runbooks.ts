import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OperatingError } from '@dr-drill/runbook-core'

/** A runbook's text and where it came from. */
export interface RunbookText {
  readonly text: string
  /** As people name it in messages. */
  readonly file: string
}

const BUILT_IN = /^[a-z][a-z0-9-]*$/

/** The text of a runbook: a built-in name, or a file. @throws usage-invalid, input-unreadable */
export function readRunbook(name: string, directory: string): RunbookText {
  const file = resolve(directory, name)
  if (existsSync(file)) return read(file, name)
  if (BUILT_IN.test(name)) {
    const builtIn = fileURLToPath(new URL(`../../../../../fixtures/runbooks/${name}.yaml`, import.meta.url))
    if (existsSync(builtIn)) return read(builtIn, name)
  }
  throw new OperatingError('usage-invalid', `there is no runbook ${name}`, {
    subject: name,
    hint: 'Name a built-in runbook (full-restore) or a file.',
  })
}

function read(file: string, name: string): RunbookText {
  try {
    return { text: readFileSync(file, 'utf8'), file: name }
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? String(thrown)
    throw new OperatingError('input-unreadable', `cannot read the runbook ${name}: ${code}`, {
      subject: name,
    })
  }
}
