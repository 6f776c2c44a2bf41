import { CAPABILITIES } from '@dr-drill/runbook-core'
import { z } from 'zod'
import { checked } from '../protocol/messages.ts'
import type { HostDescription } from './host-description.ts'

const path = z.string().startsWith('/')
const location = z.looseObject({
  endpoint: z.string().nullable(),
  region: z.string(),
  bucket: z.string(),
  prefix: z.string(),
  keys: z.looseObject({ accessKeyId: z.string(), secretAccessKey: z.string() }).nullable(),
})

const DESCRIPTION = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('directory'),
    work: path,
    locations: z.object({ source: location, archive: location }),
    secrets: z.looseObject({ adminToken: z.string(), signingSeed: z.string() }),
    account: z.looseObject({ kind: z.enum(['separate', 'own']) }),
    allowHostCommands: z.boolean(),
    historyShiftMs: z.number(),
  }),
  z.looseObject({
    kind: z.literal('system'),
    root: path,
    locations: z.record(z.string(), location),
    endpoints: z.record(z.string(), z.looseObject({ url: z.string(), token: z.string().nullable() })),
    capabilities: z.array(z.enum(CAPABILITIES)),
    serviceManager: z.enum(['systemd', 'none']),
    searchPath: z.string(),
    historyShiftMs: z.number(),
  }),
])

/** A description as it came over the wire. What is wrong is told by its place: its values may be secrets. @throws agent-invalid */
export const checkedHost = (value: unknown): HostDescription =>
  checked(DESCRIPTION, value, 'host') as unknown as HostDescription
