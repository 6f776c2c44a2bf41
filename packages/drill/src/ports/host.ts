import { readFileSync } from 'node:fs'
import { availableParallelism, hostname, totalmem } from 'node:os'
import type { HostContract, PortHandler } from '@dr-drill/runbook-core'

/** What the host facts cannot tell by themselves. */
export interface RealHostOptions {
  /** Accounts that the target has beyond this host's own. */
  readonly extraAccounts?: readonly string[]
  /** Bits per second of the host's link, when somebody measured it. */
  readonly linkBitsPerSecond?: number | null
}

/** Facts of the machine this process runs on; memory and cores are what a container lets it use. */
export function realHost(options: RealHostOptions = {}): PortHandler<HostContract> {
  return {
    facts: () => ({
      name: hostname(),
      cpuCores: availableParallelism(),
      memoryBytes: memoryBytes(),
      linkBitsPerSecond: options.linkBitsPerSecond ?? null,
      superuser: process.geteuid?.() === 0,
      platform: process.platform,
    }),
    accounts({ names }) {
      const known = new Set([...accountsOfHost(), ...(options.extraAccounts ?? [])])
      return Object.fromEntries(names.map((name) => [name, known.has(name)]))
    },
  }
}

function memoryBytes(): number {
  const limit = process.constrainedMemory()
  const total = totalmem()
  return limit > 0 && limit < total ? limit : total
}

function accountsOfHost(): string[] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':')[0] ?? '')
      .filter((name) => name !== '')
  } catch {
    return []
  }
}
