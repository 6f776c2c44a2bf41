import { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem, Host, Services } from '../../ports/index.ts'
import { defineAction } from '../define-action.ts'
import { absolutePath, bytes, name, unitName } from '../support/schemas.ts'

const input = z.strictObject({
  cpuCoresMin: z.number().int().min(0),
  memoryBytesMin: bytes,
  /** Free bytes needed on the device of `dataRoot`. */
  freeBytesMin: bytes,
  linkBitsPerSecondMin: z.number().int().min(0),
  dataRoot: absolutePath,
  /** Must hold nothing: whatever lies there may be the last copy (D37, D86). */
  emptyPaths: z.array(absolutePath),
  /** Accounts that must exist where the target can change owners. */
  accounts: z.array(name).default([]),
  /** Must not be running (D19). */
  stoppedUnits: z.array(unitName).default([]),
})
type Input = z.infer<typeof input>

const check = z.object({ id: z.string(), ok: z.boolean(), detail: z.string(), exercised: z.boolean() })
const output = z.object({
  host: z.string(),
  cpuCores: z.number(),
  memoryBytes: z.number(),
  freeBytes: z.number(),
  checks: z.array(check),
})
type Output = z.infer<typeof output>
type Check = z.infer<typeof check>

/** The prerequisites: size of the host, room for data, empty data directories, accounts, nothing running (seed-facts C.3). */
export const inspectHost = defineAction<Input, Output>({
  kind: 'inspect-host',
  summary: 'Checks that the host is large enough, its data directories are empty and nothing runs on them.',
  input: input as z.ZodType<Input>,
  output,
  effects: ({ dataRoot, emptyPaths, stoppedUnits }) => ({
    reads: [
      ...[dataRoot, ...emptyPaths].map((path) => `path:${path}` as const),
      ...stoppedUnits.map((unit) => `service:${unit}` as const),
    ],
    writes: [],
    destroys: [],
    exposes: [],
  }),
  capabilities: { required: [], optional: [] },
  ports: [Host.$id, FileSystem.$id, Services.$id],
  traits: ['preflight'],
  estimate: () => ({ bestMs: 500, likelyMs: 2_000, worstMs: 10_000 }),
  run: inspect,
})

function* inspect(given: Input, context: { readonly capabilities: ReadonlySet<string> }): Task<Output> {
  const facts = yield* Host.facts({})
  const space = yield* FileSystem.space({ path: given.dataRoot })
  const checks: Check[] = [
    atLeast('cpu-cores', facts.cpuCores, given.cpuCoresMin, 'cores'),
    atLeast('memory', facts.memoryBytes, given.memoryBytesMin, 'bytes of memory'),
    atLeast('free-space', space.freeBytes, given.freeBytesMin, 'bytes free'),
    facts.linkBitsPerSecond === null
      ? { id: 'link', ok: true, detail: 'the speed of the link cannot be told here', exercised: false }
      : atLeast('link', facts.linkBitsPerSecond, given.linkBitsPerSecondMin, 'bit/s'),
    ...(yield* emptiness(given.emptyPaths)),
    ...(yield* stillness(given.stoppedUnits)),
    ...(yield* accounts(given.accounts, context.capabilities.has('chown') && facts.superuser)),
  ]
  const failed = checks.filter((one) => !one.ok)
  if (failed.length > 0) throw refused(facts.name, failed)
  return {
    host: facts.name,
    cpuCores: facts.cpuCores,
    memoryBytes: facts.memoryBytes,
    freeBytes: space.freeBytes,
    checks,
  }
}

function refused(host: string, failed: readonly Check[]): OperatingError {
  const inTheWay = failed.find((one) => one.id.startsWith('empty:'))
  const what = failed.map((one) => one.detail).join('; ')
  return inTheWay === undefined
    ? new OperatingError('precondition-failed', `${host} is not ready: ${what}`, { subject: host })
    : new OperatingError('data-in-the-way', `${host} is not ready: ${what}`, {
        subject: inTheWay.id.slice('empty:'.length),
        hint: 'It may be the only copy of something: move it aside, never delete it, then run again.',
      })
}

function atLeast(id: string, found: number, wanted: number, unit: string): Check {
  return { id, ok: found >= wanted, detail: `${found} ${unit}, ${wanted} needed`, exercised: true }
}

function* emptiness(paths: readonly string[]): Task<Check[]> {
  const checks: Check[] = []
  for (const path of paths) {
    const stat = yield* FileSystem.stat({ path })
    const entries = stat?.type === 'directory' ? yield* FileSystem.list({ path }) : []
    const ok = stat === null || (stat.type === 'directory' && entries.length === 0)
    const detail = ok ? `${path} is empty` : `${path} holds ${entries[0]?.name ?? `a ${stat?.type}`}`
    checks.push({ id: `empty:${path}`, ok, detail, exercised: true })
  }
  return checks
}

function* stillness(units: readonly string[]): Task<Check[]> {
  if (units.length === 0) return []
  const statuses = yield* Services.status({ names: units })
  return statuses.map((status) => ({
    id: `stopped:${status.name}`,
    ok: status.state !== 'active' && status.state !== 'activating',
    detail: `${status.name} is ${status.state}`,
    exercised: true,
  }))
}

function* accounts(names: readonly string[], exercised: boolean): Task<Check[]> {
  if (names.length === 0) return []
  if (!exercised) {
    return names.map((one) => ({
      id: `account:${one}`,
      ok: true,
      detail: `account ${one} is not used here`,
      exercised: false,
    }))
  }
  const found = yield* Host.accounts({ names })
  return names.map((one) => ({
    id: `account:${one}`,
    ok: found[one] === true,
    detail: found[one] === true ? `account ${one} exists` : `account ${one} does not exist`,
    exercised: true,
  }))
}
