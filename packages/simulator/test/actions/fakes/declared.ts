import type { AnyAction, Call, DeclaredEffects, Resource } from '@dr-drill/runbook-core'
import { expect } from 'vitest'

const within = (path: string, root: string): boolean => path === root || path.startsWith(`${root}/`)

const named = (list: readonly Resource[], scheme: string): string[] =>
  list.filter((one) => one.startsWith(`${scheme}:`)).map((one) => one.slice(scheme.length + 1))

type Input = Record<string, unknown>

/** Paths that a call touches, where it takes any. */
const pathsOf = (input: Input): string[] =>
  ['path', 'from', 'to'].flatMap((key) => (typeof input[key] === 'string' ? [input[key] as string] : []))

/** Making and syncing the directories above something declared belongs to writing it; so does looking at them. */
const OF_PARENTS = new Set(['makeDirectory', 'syncDirectory', 'stat', 'space'])

function fileCovered(call: Call<unknown>, touched: readonly Resource[]): boolean {
  const roots = named(touched, 'path')
  return pathsOf(call.input as Input).every(
    (path) =>
      roots.some((root) => within(path, root)) ||
      (OF_PARENTS.has(call.method) && roots.some((root) => path === '/' || within(root, path))),
  )
}

/** Resources that a call touches, by port; null for one that needs no declaration. */
function resourcesOf({ port, method, input }: Call<unknown>): string[] {
  const { name, names, units, pool, host, channel, store } = input as Record<string, string> & {
    names?: string[]
    units?: { name: string }[]
  }
  if (port === 'Services') {
    const all = [
      ...(name === undefined ? [] : [name]),
      ...(names ?? []),
      ...(units ?? []).map((one) => one.name),
    ]
    return all.map((one) => `service:${one}`)
  }
  if (port === 'ObjectStore') return [`store:${store}`]
  if (port === 'Traffic') return [method === 'fence' ? `host:${host}` : `traffic:${pool}`]
  if (port === 'Dns') return [`dns:${name}`]
  if (port === 'Notifier') return [`people:${channel}`]
  return port === 'Alerts' ? ['alerts:all'] : []
}

/** Why a call is not covered by what its action declares; null when it is. */
export function undeclared(call: Call<unknown>, action: AnyAction, effects: DeclaredEffects): string | null {
  const { port, method, access, input } = call
  if (!action.ports.includes(port)) return `calls the port ${port}`
  const changed = [...effects.writes, ...effects.destroys]
  // A download reads its store and writes a file.
  const writes = access === 'write' && !(port === 'ObjectStore' && method === 'download')
  const touched = writes ? changed : [...changed, ...effects.reads]
  const told = `${port}.${method} ${JSON.stringify(input).slice(0, 120)}`
  if (port === 'FileSystem') return fileCovered(call, touched) ? null : told
  if (port === 'Http') {
    const speaks = touched.some((one) => /^(service|endpoint):/.test(one))
    return speaks ? null : told
  }
  if (port === 'Commands') return changed.length > 0 ? null : told
  if (
    method === 'download' &&
    !named(changed, 'path').some((root) => within((input as { path: string }).path, root))
  )
    return told
  return resourcesOf(call).every((one) => touched.includes(one as Resource)) ? null : told
}

/** True when a call touches a resource: it, or something below it. */
export function touches(call: Call<unknown>, resource: Resource): boolean {
  if (resource.startsWith('path:')) {
    const root = resource.slice('path:'.length)
    return pathsOf(call.input as Input).some((path) => within(path, root))
  }
  if (call.port === 'Http') return /^(service|endpoint):/.test(resource)
  return resourcesOf(call).includes(resource)
}

/** Fails when any of the calls is not covered by the action's declaration. */
export function expectDeclared(action: AnyAction, input: unknown, calls: readonly Call<unknown>[]): void {
  const effects = action.effects(input)
  const found = calls.map((call) => undeclared(call, action, effects)).filter((one) => one !== null)
  expect(found, `${action.kind} does what it does not declare`).toEqual([])
}
