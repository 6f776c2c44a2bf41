import { OperatingError } from '@dr-drill/runbook-core'
import type { RunFlags } from './run-options.ts'

/** Flags that mean nothing where machines reach each other and nobody else, or that only `local` and `sim` have. */
const ELSEWHERE = [
  'source',
  'endpoint',
  'region',
  'archiveTo',
  'scenario',
  'fault',
  'agent',
] as const satisfies readonly (keyof RunFlags)[]

/** Refuses flags that a run in containers has no use for. @throws usage-invalid */
export function refuseForContainers(flags: RunFlags): void {
  const given = ELSEWHERE.find((name) => flags[name] !== undefined)
  if (given === undefined) return
  const name = `--${given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  throw new OperatingError('usage-invalid', `${name} does not go with --target containers`, {
    subject: name,
    hint: 'Containers restore a generated production or a --world, from a store of their own, without faults.',
  })
}
