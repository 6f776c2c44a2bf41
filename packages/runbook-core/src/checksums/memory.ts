import type { Checksums } from './checksums.ts'

/** A pure function of an immutable object, as something that can be remembered. Make one per function, where the function stands. */
export class Question<T> {
  /** Tells what is asked, in traces. */
  readonly name: string
  /** Notes that are kept under it at most; see `Memory.noted`. */
  readonly notesMax: number
  /** Ties the answer's type to the question; never set. */
  declare readonly answer?: T

  constructor(name: string, { notesMax = 64 }: { readonly notesMax?: number } = {}) {
    this.name = name
    this.notesMax = notesMax
  }
}

/**
 * What was computed of immutable objects, for as long as they live. Objects are told apart by identity: whoever changes bytes makes
 * new ones, of which nothing is known.
 */
export interface Memory {
  /** The answer to a question about an object; computed the first time. An error is thrown on and not remembered. */
  recall<T>(question: Question<T>, about: object, compute: () => T): T
  /**
   * The last answer that was noted under this number, or undefined: for new objects that may largely be like one that was seen before.
   * Whoever asks compares the two and takes over no more than is the same. Only so many notes are kept.
   */
  noted<T>(question: Question<T>, number: number): T | undefined
  note<T>(question: Question<T>, number: number, answer: T): void
}

/** Asks the memory that comes with checksums, or computes where there is none. */
export function recall<T>(checksums: Checksums, question: Question<T>, about: object, compute: () => T): T {
  const { memory } = checksums
  return memory === undefined ? compute() : memory.recall(question, about, compute)
}

/** A list and the answers about its items. */
interface Answered<T, R> {
  readonly items: readonly T[]
  readonly answers: readonly R[]
}

const beginnings = new WeakMap<readonly unknown[], readonly unknown[]>()

/** Lists that begin with all items of another one, of which more is known: said by whoever makes the longer list, which never changes. */
export function beginsWith(list: readonly unknown[], beginning: readonly unknown[]): void {
  beginnings.set(list, beginning)
}

/** The list that this one begins with, where that was said; else null. */
export function beginningOf<T>(list: readonly T[]): readonly T[] | null {
  return (beginnings.get(list) as readonly T[] | undefined) ?? null
}

/**
 * The answers to a question about each item of a list, together one immutable list. A list that begins with another, or with the very
 * items of the last one of its length, is answered anew from there on only.
 */
export function recallEach<T, R>(
  checksums: Checksums,
  question: Question<Answered<T, R>>,
  items: readonly T[],
  compute: (item: T, index: number) => R,
): readonly R[] {
  const { memory } = checksums
  if (memory === undefined) return items.map(compute)
  return memory.recall(question, items, () => {
    const beginning = beginningOf(items)
    const known =
      beginning === null
        ? answeredBefore(memory, question, items)
        : recallEach(checksums, question, beginning, compute)
    const answers = [...known]
    for (let index = known.length; index < items.length; index += 1) {
      answers.push(compute(items[index] as T, index))
    }
    const answered = { items, answers }
    if (beginning === null) memory.note(question, items.length, answered)
    else beginsWith(answers, known)
    return answered
  }).answers
}

/** Answers about the items that the last list of this length began with. */
function answeredBefore<T, R>(
  memory: Memory,
  question: Question<Answered<T, R>>,
  items: readonly T[],
): readonly R[] {
  const before = memory.noted(question, items.length)
  if (before === undefined) return []
  let common = 0
  while (common < items.length && before.items[common] === items[common]) common += 1
  return before.answers.slice(0, common)
}

/** A question about each item of a list; see `recallEach`. */
export class QuestionOfEach<T, R> extends Question<Answered<T, R>> {}
