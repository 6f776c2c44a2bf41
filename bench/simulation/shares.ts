import { type Profiler, Session } from 'node:inspector'

/** Whose time it is, by the folder of the innermost of our functions on the stack. The first that matches counts. */
const PARTS: readonly (readonly [part: string, folder: RegExp])[] = [
  [
    'checkers',
    /simulator\/(src|dist)\/checkers\/|runbook-core\/(src|dist)\/(verdict|invariants|evidence|oracle)\//,
  ],
  ['kernel', /runbook-core\/(src|dist)\/effects\/|simulator\/(src|dist)\/kernel\//],
  ['engine and journal', /runbook-core\/(src|dist)\/(engine|journal|runbook|planner)\//],
  ['actions', /runbook-core\/(src|dist)\/(actions|stemedb)\//],
  ['world', /simulator\/(src|dist)\//],
  ['core, other', /runbook-core\//],
]

/** Runs something under the sampling profiler and tells which share of the time each part had, in percent. */
export async function sharesOf(work: () => void): Promise<Readonly<Record<string, number>>> {
  const session = new Session()
  session.connect()
  const ask = <T>(method: string, params: object = {}) =>
    new Promise<T>((resolve, reject) => {
      session.post(method, params, (error, result) => {
        if (error === null) resolve(result as T)
        else reject(error)
      })
    })
  await ask('Profiler.enable')
  await ask('Profiler.setSamplingInterval', { interval: 500 })
  await ask('Profiler.start')
  work()
  const { profile } = await ask<{ profile: Profiler.Profile }>('Profiler.stop')
  session.disconnect()
  return percentages(profile)
}

function percentages({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Record<string, number> {
  const parts = new Map<number, string>()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const visit = (id: number, above: string): void => {
    const node = byId.get(id)
    if (node === undefined) return
    const { url, functionName } = node.callFrame
    const own = PARTS.find(([, folder]) => folder.test(url))?.[0]
    const part = functionName === '(garbage collector)' ? 'garbage collector' : (own ?? above)
    parts.set(id, part)
    for (const child of node.children ?? []) visit(child, part)
  }
  if (nodes[0] !== undefined) visit(nodes[0].id, 'outside')
  const times = new Map<string, number>()
  let total = 0
  samples.forEach((id, index) => {
    const part = parts.get(id) ?? 'outside'
    if (part === 'outside') return
    const us = timeDeltas[index] ?? 0
    total += us
    times.set(part, (times.get(part) ?? 0) + us)
  })
  const sorted = [...times].sort(([, a], [, b]) => b - a)
  return Object.fromEntries(sorted.map(([part, us]) => [part, Math.round((1000 * us) / total) / 10]))
}
