import {
  asyncRuntime,
  type CallContext,
  Deferred,
  type Environment,
  environment,
  exitOf,
  type Fiber,
  OperatingError,
  Runtime,
  type RuntimeHooks,
  Semaphore,
  type Task,
} from '@dr-drill/runbook-core'
import { type Chronicle, describe, perform, Script, type Tree } from './task-trees.ts'

/** What ends next: which of the pending completions, and whether a fiber is interrupted or the process dies before that. */
export interface Plot {
  /** Each picks one of the completions pending then. */
  readonly picks: readonly number[]
  /** Before which completions a fiber is interrupted, and which of those seen so far. */
  readonly interrupts: readonly { readonly before: number; readonly fiber: number }[]
  /** At the how-manieth beginning or end of a call the process dies; null: never. */
  readonly crashAt: number | null
}

/** How a program is run: by either driver, whose ports answer with deferreds or with promises. */
export type Driver = 'sync' | 'async' | 'promises'

export interface Told extends Chronicle {
  /** Null when the process died. */
  readonly exit: string | null
  /** Calls that had not ended when the program had. */
  readonly pending: number
  /** Entries that came after the death of the process. */
  readonly afterCrash: readonly string[]
}

interface Pending {
  readonly name: string
  readonly settle: () => void
}

const PERMITS = 2

/** The ports of a program, whose answers wait in `pending` until the script takes them. */
function scriptedPorts(told: Chronicle, pending: Pending[], answersPromises: boolean): Environment {
  function later<A>(name: string, end: () => A): Deferred<A> | Promise<A> {
    const deferred = new Deferred<A>()
    const entry: Pending = {
      name,
      settle: () => {
        try {
          deferred.succeed(end())
        } catch (error) {
          deferred.fail(error)
        }
      },
    }
    pending.push(entry)
    if (!answersPromises) return deferred
    return new Promise((resolve, reject) => {
      deferred.subscribe((exit) => {
        if (exit.kind === 'success') resolve(exit.value)
        else reject(exit.kind === 'failure' ? exit.error : new Error('never'))
      })
    })
  }
  const signalled = (name: string, context: CallContext) =>
    context.onCancel(() => told.entries.push(`signal ${name}`))
  function* inTwo(name: string): Task<string> {
    const first = yield* Script.work({ name: `${name}/1:later` })
    return first + (yield* Script.work({ name: `${name}/2:now` }))
  }
  return environment({
    Script: {
      work({ name }: { name: string }, context: CallContext) {
        signalled(name, context)
        const how = name.slice(name.indexOf(':') + 1)
        const fail = (): never => {
          throw new OperatingError('store-unavailable', name)
        }
        if (how === 'fails') fail()
        if (how === 'fails-later') return later(name, fail)
        if (how === 'later' || how.endsWith(':later')) return later(name, () => name)
        return how === 'task' ? inTwo(name) : name
      },
      tidy({ name }: { name: string }, context: CallContext) {
        signalled(name, context)
        return later(name, () => null)
      },
    },
    Clock: {
      sleep(_: unknown, context: CallContext) {
        signalled('sleep', context)
        return later('sleep', () => undefined)
      },
    },
    Random: { uint32: () => 7 },
  })
}

/** Hooks that write down every effect and let the process die at the scripted one. */
function chronicler(told: Chronicle, crash: (event: number) => boolean, onCrash: () => void): RuntimeHooks {
  let events = 0
  const tell = (entry: string) => {
    events += 1
    if (crash(events)) onCrash()
    else told.entries.push(entry)
  }
  return {
    beforeCall(call, site) {
      tell(`${site.fiber}#${site.effect} ${call.method} ${JSON.stringify(call.input)}`)
    },
    afterCall(call, site) {
      tell(`${site.fiber}#${site.effect} ${call.method} acknowledged`)
    },
  }
}

/** Runs a program under a plot. The same program and script must tell the same story under every driver. */
export async function run(tree: Tree, plot: Plot, driver: Driver): Promise<Told> {
  const told: Chronicle = {
    entries: [],
    fibers: [],
    semaphore: new Semaphore(PERMITS),
    permits: PERMITS,
    inside: 0,
    insideMax: 0,
  }
  const pending: Pending[] = []
  let diedAt: number | null = null
  const hooks = chronicler(
    told,
    (event) => event === plot.crashAt,
    () => {
      diedAt = told.entries.length
      runtime.crash()
    },
  )
  const runtime: Runtime =
    driver === 'sync' ? new Runtime({ hooks, adoptsPromises: false }) : asyncRuntime(hooks)
  const ports = scriptedPorts(told, pending, driver === 'promises')
  const root = runtime.start(perform(tree, 'r', told), ports)
  told.fibers.unshift(root as unknown as Fiber<unknown>)
  const settled = async () => {
    if (driver === 'sync') runtime.pump()
    else await new Promise((resolve) => setImmediate(resolve))
  }
  await settled()
  for (let step = 0; pending.length > 0 && root.done.exit === null && !runtime.crashed; step += 1) {
    for (const { before, fiber } of plot.interrupts) {
      if (before === step) interruptOne(fiber, told)
      await settled()
    }
    const pick = plot.picks[step % plot.picks.length] as number
    const [next] = pending.splice(pick % pending.length, 1)
    told.entries.push(`complete ${next?.name}`)
    next?.settle()
    await settled()
  }
  const exit = root.done.exit === null ? null : describe(await exitOf(root))
  const since = diedAt === null ? [] : told.entries.slice(diedAt)
  return {
    ...told,
    exit,
    pending: pending.length,
    afterCrash: since.filter((entry) => !entry.startsWith('complete')),
  }
}

/** Interrupts one of the fibers that are alive. */
function interruptOne(which: number, told: Chronicle): void {
  const alive = told.fibers.filter((fiber) => fiber.done.exit === null)
  const chosen = alive[which % alive.length]
  told.entries.push(`interrupt ${chosen?.label}`)
  chosen?.interrupt()
}
