import type { Exit, HostContract, PortHandler } from '@dr-drill/runbook-core'

/** The port Host of a machine that is large enough. */
export const VIRTUAL_HOST: PortHandler<HostContract> = {
  facts: () => ({
    name: 'virtual',
    cpuCores: 8,
    memoryBytes: 2 ** 35,
    linkBitsPerSecond: null,
    superuser: true,
    platform: 'linux',
  }),
  accounts: ({ names }) => Object.fromEntries(names.map((name) => [name, true])),
}

/** The value of a driven task; what it failed with is thrown. */
export function driven<A>(exit: Exit<A> | null): A {
  if (exit?.kind === 'success') return exit.value
  throw exit?.kind === 'failure' ? exit.error : new Error('it was interrupted')
}
