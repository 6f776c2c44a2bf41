import { definePort } from '../effects/port.ts'

/** What a recovery host is. */
export interface HostFacts {
  readonly name: string
  readonly cpuCores: number
  readonly memoryBytes: number
  /** Null when it cannot be measured without disturbing the link. */
  readonly linkBitsPerSecond: number | null
  readonly superuser: boolean
  readonly platform: string
}

/** The host as such. */
export interface HostContract {
  facts(input: Record<never, never>): HostFacts
  /** Accounts that exist, by name. */
  accounts(input: { readonly names: readonly string[] }): Readonly<Record<string, boolean>>
}

export const Host = definePort<HostContract>('Host', { facts: 'read', accounts: 'read' })
