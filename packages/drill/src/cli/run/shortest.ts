import { relative } from 'node:path'
import type { CliContext } from '../context.ts'

/** A path as a shell takes it, relative when it lies near. */
export function shortest(path: string, context: CliContext): string {
  const near = relative(context.directory, path)
  const short = near === '' || near.startsWith('..') ? path : near.startsWith('-') ? `./${near}` : near
  return /^[\w./@%+=:,-]+$/.test(short) ? short : `'${short.replaceAll("'", "'\\''")}'`
}
