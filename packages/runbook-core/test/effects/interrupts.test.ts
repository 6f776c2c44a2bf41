import {
  all,
  attempt,
  type CallContext,
  currentFiber,
  Deferred,
  definePort,
  driveSync,
  environment,
  type Fiber,
  fork,
  interruptFiber,
  OperatingError,
  ProgrammerError,
  race,
  retry,
  Semaphore,
  type Task,
  uninterrupted,
} from '@dr-drill/runbook-core'
import { beforeEach, expect, test } from 'vitest'

interface DeskContract {
  /** Notes a word at once. */
  note(input: { readonly word: string }): null
  /** Ends when told, or when cancelled. */
  hold(input: { readonly word: string }): string
  /** A call performed by a task: holds twice, then notes. */
  holdTwice(input: { readonly word: string }): string
  /** Fails at once. */
  fail(input: { readonly word: string }): never
}
const Desk = definePort<DeskContract>('Desk', {
  note: 'write',
  hold: 'read',
  holdTwice: 'write',
  fail: 'write',
})

let notes: string[]
let held: Map<string, Deferred<string>>

beforeEach(() => {
  notes = []
  held = new Map()
})

const desk = environment({
  Desk: {
    note({ word }: { word: string }) {
      notes.push(word)
      return null
    },
    hold({ word }: { word: string }, context: CallContext) {
      const deferred = new Deferred<string>()
      held.set(word, deferred)
      context.onCancel(() => {
        notes.push(`cancelled ${word}`)
        if (deferred.exit === null) deferred.succeed('early')
      })
      return deferred
    },
    *holdTwice({ word }: { word: string }, context: CallContext): Task<string> {
      context.onCancel(() => notes.push(`told ${word}`))
      const first = yield* Desk.hold({ word: `${word}1` })
      const second = yield* Desk.hold({ word: `${word}2` })
      yield* Desk.note({ word: `${word} done` })
      return `${first} ${second}`
    },
    fail({ word }: { word: string }): never {
      throw new OperatingError('input-output', word)
    },
  },
})

const note = (word: string) => Desk.note({ word })
const run = <A>(task: Task<A>) => driveSync(task, desk)

function* forever(): Task<never> {
  return yield* new Deferred<never>().wait()
}

/** Lets everything run that is ready now. */
function* othersRun(): Task<void> {
  const passed = new Deferred<null>()
  yield* fork(
    (function* (): Task<void> {
      passed.succeed(null)
    })(),
  )
  yield* passed.wait()
}

/** Starts a task, lets it come to its first wait, does something to its fiber, and answers how it ended. */
function underway<A>(
  task: Task<A>,
  act: (fiber: Fiber<A>) => void,
  later?: () => void,
  ports = desk,
): unknown {
  function* main(): Task<unknown> {
    const fiber = yield* fork(task)
    yield* othersRun()
    act(fiber)
    yield* othersRun()
    later?.()
    return yield* fiber.done.wait()
  }
  const exit = driveSync(main(), ports)
  return exit?.kind === 'success' ? exit.value : exit
}

const interrupt = (fiber: Fiber<unknown>) => fiber.interrupt()

test('a fiber that is interrupted before it began does nothing', () => {
  function* main(): Task<unknown> {
    const fiber = yield* fork(note('never'))
    fiber.interrupt()
    return yield* fiber.done.wait()
  }
  expect(run(main())).toEqual({ kind: 'success', value: { kind: 'interrupted' } })
  expect(notes).toEqual([])
})

test('where generators delegate, a cleanup within does not let the outer one go on', () => {
  function* inner(): Task<string> {
    try {
      return yield* Desk.hold({ word: 'inner' })
    } finally {
      yield* uninterrupted(function* () {
        yield* note('cleanup 1')
        yield* note('cleanup 2')
      })
    }
  }
  function* outer(): Task<void> {
    try {
      yield* note(`went on with ${yield* inner()}`)
      yield* note('and on')
    } finally {
      yield* note('outer cleanup')
    }
  }
  expect(underway(outer(), interrupt)).toEqual({ kind: 'interrupted' })
  expect(notes).toEqual(['cancelled inner', 'cleanup 1', 'cleanup 2', 'outer cleanup'])
})

test('of a cleanup that is not one effect, an interrupted fiber performs one', () => {
  function* task(): Task<void> {
    try {
      yield* Desk.hold({ word: 'x' })
    } finally {
      yield* note('first')
      yield* note('second')
    }
  }
  underway(task(), interrupt)
  expect(notes).toEqual(['cancelled x', 'first'])
})

test('a cleanup that began because its body ended is finished too', () => {
  function* task(): Task<void> {
    try {
      yield* note('body')
    } finally {
      yield* uninterrupted(function* () {
        yield* all([() => Desk.hold({ word: 'a' }), () => Desk.hold({ word: 'b' })], 2)
        yield* note('cleaned')
      })
    }
    yield* note('never')
  }
  const exit = underway(
    task(),
    (fiber) => {
      fiber.interrupt()
      fiber.interrupt()
    },
    () => {
      for (const deferred of held.values()) deferred.succeed('')
    },
  )
  expect(exit).toEqual({ kind: 'interrupted' })
  expect(notes).toEqual(['body', 'cleaned'])
})

test('a failing cleanup of an interrupted task is told, and neither attempt nor retry goes on with it', () => {
  let tries = 0
  function* failing(): Task<void> {
    tries += 1
    try {
      yield* Desk.hold({ word: 'x' })
    } finally {
      yield* Desk.fail({ word: 'cleanup' })
    }
  }
  function* task(): Task<void> {
    const policy = { attemptsMax: 5, delayMs: 0, delayMsMax: 0, codes: ['input-output'] as const }
    yield* attempt(retry(policy, failing))
    yield* note('went on')
  }
  expect(underway(task(), interrupt)).toMatchObject({ kind: 'failure', error: { message: 'cleanup' } })
  expect([tries, notes]).toEqual([1, ['cancelled x']])
})

test('an attempt does not swallow what a cleanup throws outright while it is interrupted', () => {
  function* failing(): Task<void> {
    try {
      yield* Desk.hold({ word: 'x' })
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: what is tested
      throw new OperatingError('input-output', 'cleanup')
    }
  }
  function* task(): Task<void> {
    yield* attempt(failing())
    yield* note('went on')
  }
  expect(underway(task(), interrupt)).toMatchObject({ kind: 'failure', error: { message: 'cleanup' } })
  expect(notes).toEqual(['cancelled x'])
})

test('a task may interrupt itself or an ancestor, and unwinds', () => {
  function* own(): Task<void> {
    try {
      yield* interruptFiber(yield* currentFiber())
      yield* note('never')
    } finally {
      yield* note('cleaned')
    }
  }
  expect(underway(own(), () => {})).toEqual({ kind: 'interrupted' })
  function* parent(): Task<void> {
    const self = yield* currentFiber()
    yield* fork(
      (function* (): Task<void> {
        yield* interruptFiber(self)
        yield* note('never')
      })(),
    )
    yield* forever()
  }
  expect(underway(parent(), () => {})).toEqual({ kind: 'interrupted' })
  expect(notes).toEqual(['cleaned'])
})

test('an interrupt in the very moment in which what a fiber waits for has come unwinds it once', () => {
  const gate = new Deferred<null>()
  function* task(): Task<void> {
    try {
      yield* gate.wait()
    } finally {
      yield* uninterrupted(function* () {
        yield* Desk.hold({ word: 'cleanup' })
        yield* note('cleaned')
      })
    }
  }
  const exit = underway(
    task(),
    (fiber) => {
      gate.succeed(null)
      fiber.interrupt()
      fiber.done.subscribe(() => notes.push('ended'))
    },
    () => held.get('cleanup')?.succeed(''),
  )
  expect(exit).toEqual({ kind: 'interrupted' })
  expect(notes).toEqual(['cleaned', 'ended'])
})

test('a call that a task performs is told of the interrupt once, its own calls each, and it goes on to its end', () => {
  const exit = underway(Desk.holdTwice({ word: 'h' }), interrupt)
  expect(exit).toEqual({ kind: 'interrupted' })
  expect(notes).toEqual(['cancelled h1', 'told h', 'cancelled h2', 'h done'])
})

test('a call that has acknowledged is not told of a later interrupt', () => {
  function* task(): Task<void> {
    yield* Desk.hold({ word: 'x' })
    yield* forever()
  }
  const exit = underway(task(), (fiber) => {
    held.get('x')?.succeed('in time')
    fiber.interrupt()
  })
  expect(exit).toEqual({ kind: 'interrupted' })
  expect(notes).toEqual([])
})

test('children that a call in flight started after the interrupt are interrupted when it has ended', () => {
  const gate = new Deferred<null>()
  const starting = environment({
    Desk: {
      *hold(): Task<string> {
        yield* gate.wait()
        yield* fork(forever())
        return 'acknowledged'
      },
    },
  })
  const exit = underway(
    Desk.hold({ word: '' }),
    (fiber) => {
      fiber.interrupt()
      gate.succeed(null)
    },
    undefined,
    starting,
  )
  expect(exit).toEqual({ kind: 'interrupted' })
})

test('the first failure of all is the one told, though its fiber still waits for a child when another fails', () => {
  const gate = new Deferred<null>()
  function* first(): Task<void> {
    yield* fork(
      (function* (): Task<void> {
        try {
          yield* forever()
        } finally {
          yield* uninterrupted(function* () {
            yield* gate.wait()
          })
        }
      })(),
    )
    yield* Desk.fail({ word: 'first' })
  }
  function* second(): Task<void> {
    gate.succeed(null)
    yield* Desk.fail({ word: 'second' })
  }
  function* third(): Task<void> {
    yield* note('third started')
  }
  const exit = run(all([first, second, third], 2))
  expect(exit).toMatchObject({ kind: 'failure', error: { message: 'first' } })
  expect(notes).toEqual([])
})

test('a defect in the cleanup of a loser is not lost', () => {
  function* loser(): Task<string> {
    try {
      return yield* Desk.hold({ word: 'x' })
    } finally {
      yield* uninterrupted(function* (): Task<void> {
        throw new ProgrammerError('broken promise')
      })
    }
  }
  expect(run(race<unknown>([loser(), Desk.holdTwice({ word: 'h' }), note('won')]))).toMatchObject({
    kind: 'failure',
    error: { message: 'broken promise' },
  })
})

test('a permit handed to a waiter that is interrupted in that moment goes to the next', () => {
  const semaphore = new Semaphore(1)
  const gate = new Deferred<null>()
  const use = (word: string) =>
    semaphore.with(function* (): Task<void> {
      if (word === 'holder') yield* gate.wait()
      yield* note(word)
    })
  function* main(): Task<void> {
    const [holder, waiter, next] = [
      yield* fork(use('holder')),
      yield* fork(use('waiter')),
      yield* fork(use('next')),
    ]
    yield* othersRun()
    gate.succeed(null)
    holder.done.subscribe(() => waiter.interrupt())
    yield* next.done.wait()
  }
  expect(run(main())).toEqual({ kind: 'success', value: undefined })
  expect(notes).toEqual(['holder', 'next'])
})
