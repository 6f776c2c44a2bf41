import {
  all,
  attempt,
  definePort,
  type Exit,
  type Fiber,
  fork,
  interruptFiber,
  OperatingError,
  race,
  retry,
  type Semaphore,
  sleep,
  type Task,
  timeout,
  uninterrupted,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'

/** A port whose calls end when the script says so. */
export interface ScriptContract {
  /** Answers at once, later, or by a task of two inner calls, as the name says; may fail. */
  work(input: { readonly name: string }): string
  /** What cleanups call: answers later, never fails. */
  tidy(input: { readonly name: string }): null
}
export const Script = definePort<ScriptContract>('Script', { work: 'write', tidy: 'write' })

/** A program as data. */
export type Tree =
  | { readonly kind: 'work'; readonly how: 'now' | 'later' | 'task' | 'fails' | 'fails-later' }
  | { readonly kind: 'sleep' | 'halt' }
  | { readonly kind: 'sequence' | 'race'; readonly parts: readonly Tree[] }
  | { readonly kind: 'all'; readonly parts: readonly Tree[]; readonly concurrency: number }
  | { readonly kind: 'attempt' | 'retry' | 'timeout' | 'guard' | 'permit'; readonly part: Tree }
  | {
      readonly kind: 'fork'
      readonly part: Tree
      readonly rest: Tree
      readonly then: 'join' | 'leave' | 'interrupt'
    }

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('work' as const),
      how: fc.constantFrom('now', 'later', 'task', 'fails', 'fails-later'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('sleep', 'halt') }) },
) as fc.Arbitrary<Tree>

/** A holder of a permit that needs another may wait for ever: within one, permits are left out. */
function withoutPermits(tree: Tree): Tree {
  switch (tree.kind) {
    case 'work':
    case 'sleep':
    case 'halt':
      return tree
    case 'sequence':
    case 'race':
    case 'all':
      return { ...tree, parts: tree.parts.map(withoutPermits) }
    case 'fork':
      return { ...tree, part: withoutPermits(tree.part), rest: withoutPermits(tree.rest) }
    case 'permit':
      return withoutPermits(tree.part)
    default:
      return { ...tree, part: withoutPermits(tree.part) }
  }
}

/** Programs of every combinator, nested. */
export const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => {
  const part = tie('tree')
  const parts = fc.array(part, { minLength: 1, maxLength: 4 })
  return {
    tree: fc.oneof(
      { depthSize: 'medium', maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.record({ kind: fc.constantFrom('sequence' as const, 'race' as const), parts }),
      fc.record({ kind: fc.constant('all' as const), parts, concurrency: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constantFrom('attempt' as const, 'retry' as const, 'timeout' as const), part }),
      fc.record({ kind: fc.constant('guard' as const), part }),
      fc.record({ kind: fc.constant('permit' as const), part: part.map(withoutPermits) }),
      fc.record({
        kind: fc.constant('fork' as const),
        part,
        rest: part,
        // biome-ignore lint/suspicious/noThenProperty: what follows the rest; nothing awaits a tree
        then: fc.constantFrom('join' as const, 'leave' as const, 'interrupt' as const),
      }),
    ),
  }
}).tree

/** What a run did, in order. Entries that are not effects are written by the program itself. */
export interface Chronicle {
  readonly entries: string[]
  /** The root and every fiber that the program itself started. */
  readonly fibers: Fiber<unknown>[]
  readonly semaphore: Semaphore
  readonly permits: number
  inside: number
  insideMax: number
}

/** Turns a program into a task that writes down what it does. `id` is unique per node. */
export function* perform(tree: Tree, id: string, told: Chronicle): Task<string> {
  switch (tree.kind) {
    case 'work':
      return yield* Script.work({ name: `${id}:${tree.how}` })
    case 'sleep':
      yield* sleep(10)
      return id
    case 'halt':
      throw new OperatingError('check-failed', id)
    case 'sequence': {
      const done: string[] = []
      for (const [index, part] of tree.parts.entries())
        done.push(yield* perform(part, `${id}.${index}`, told))
      return done.join()
    }
    case 'race':
      return yield* race(tree.parts.map((part, index) => perform(part, `${id}.${index}`, told)))
    case 'all':
      return yield* performAll(tree, id, told)
    case 'fork':
      return yield* performFork(tree, id, told)
    default:
      return yield* performAround(tree.kind, tree.part, id, told)
  }
}

function* performAll(tree: Extract<Tree, { kind: 'all' }>, id: string, told: Chronicle): Task<string> {
  const causes: unknown[] = []
  function* watched(part: Tree, name: string): Task<string> {
    if (causes.length > 0) told.entries.push(`BROKEN: ${name} started after a failure`)
    try {
      return yield* perform(part, name, told)
    } catch (error) {
      causes.push(error)
      throw error
    }
  }
  try {
    const done = yield* all(
      tree.parts.map((part, index) => () => watched(part, `${id}.${index}`)),
      tree.concurrency,
    )
    return done.join()
  } catch (error) {
    if (error !== causes[0]) told.entries.push(`BROKEN: ${id} threw another than its first cause`)
    throw error
  }
}

function* performFork(tree: Extract<Tree, { kind: 'fork' }>, id: string, told: Chronicle): Task<string> {
  const fiber = yield* fork(perform(tree.part, `${id}.f`, told))
  told.fibers.push(fiber as unknown as Fiber<unknown>)
  fiber.done.subscribe(() => told.entries.push(`ended ${fiber.label}`))
  const rest = yield* perform(tree.rest, `${id}.r`, told)
  if (tree.then === 'interrupt') yield* interruptFiber(fiber as unknown as Fiber<unknown>)
  if (tree.then === 'join') return `${rest}&${describe(yield* fiber.done.wait())}`
  return rest
}

function* performAround(
  kind: 'attempt' | 'retry' | 'timeout' | 'guard' | 'permit',
  part: Tree,
  id: string,
  told: Chronicle,
): Task<string> {
  const inner = () => perform(part, `${id}.p`, told)
  if (kind === 'timeout') return yield* timeout(10, id, inner())
  if (kind === 'attempt') {
    const result = yield* attempt(inner())
    return result.ok ? result.value : result.error.code
  }
  if (kind === 'retry')
    return yield* retry({ attemptsMax: 2, delayMs: 10, delayMsMax: 10, codes: null }, inner)
  if (kind === 'guard') return yield* guarded(inner(), id, told)
  return yield* told.semaphore.with(function* () {
    told.inside += 1
    told.insideMax = Math.max(told.insideMax, told.inside)
    try {
      return yield* inner()
    } finally {
      told.inside -= 1
    }
  })
}

/** A body with a cleanup of several calls, two of them side by side. */
function* guarded(body: Task<string>, id: string, told: Chronicle): Task<string> {
  told.entries.push(`enter ${id}`)
  try {
    return yield* body
  } finally {
    yield* uninterrupted(() => cleanup(id, told))
  }
}

function* cleanup(id: string, told: Chronicle): Task<void> {
  told.entries.push(`cleanup ${id}`)
  yield* Script.tidy({ name: `${id}!1` })
  yield* all([() => Script.tidy({ name: `${id}!2` }), () => Script.tidy({ name: `${id}!3` })], 2)
  told.entries.push(`cleaned ${id}`)
}

/** An exit as text; equal texts mean equal exits. */
export function describe(exit: Exit<unknown>): string {
  if (exit.kind === 'success') return `=${exit.value}`
  if (exit.kind === 'interrupted') return 'interrupted'
  const { error } = exit
  return error instanceof OperatingError
    ? `${error.code} ${error.message} ${JSON.stringify(error.origin)}`
    : String(error)
}
