import { type ExploreAnswer, errorRecordOf } from './explore-answer.ts'
import { Explorer, type ExploreTask } from './explore-task.ts'

// Faulted drills throw by the hundred, and nobody reads where: a replay in the main thread has the whole stack.
Error.stackTraceLimit = 0

/** The exploration that this thread works at; a thread serves one. */
let current: { readonly name: string; readonly explorer: Explorer } | null = null

/** Entry of a thread of an exploration: performs one task and answers as plain data. */
export default function perform(task: ExploreTask): ExploreAnswer {
  try {
    const explorer = explorerOf(task)
    return { value: task.kind === 'runs' ? explorer.runs(task) : explorer.simplest(task) }
  } catch (thrown) {
    return { error: errorRecordOf(thrown) }
  }
}

function explorerOf({ setup }: ExploreTask): Explorer {
  const name = JSON.stringify(setup)
  if (current?.name !== name) current = { name, explorer: new Explorer(setup) }
  return current.explorer
}
