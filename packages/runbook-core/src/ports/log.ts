import { definePort } from '../effects/port.ts'

/** Progress for people. Nothing decides by it, nothing is proven by it; fields never hold secrets. */
export interface LogContract {
  write(input: {
    readonly level: 'debug' | 'info' | 'warn' | 'error'
    readonly message: string
    readonly fields?: Readonly<Record<string, string | number | boolean | null>>
  }): void
}

export const Log = definePort<LogContract>('Log', { write: 'own' })
