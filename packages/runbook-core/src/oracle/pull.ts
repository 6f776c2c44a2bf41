import type { Task } from '../effects/index.ts'

/**
 * A stream whose consumer decides the pace. `next` is synchronous and cheap, so that a million items cost no million generators;
 * only when it has nothing ready does the consumer ask `more`, which may perform effects.
 */
export interface Pull<T> {
  /** An item that is ready, or undefined: then ask `more`. */
  next(): T | undefined
  /** Makes at least one item ready; false at the end of the stream. */
  more(): Task<boolean>
}

/** Items of an array as a stream. */
export function arrayPull<T>(items: readonly T[]): Pull<T> {
  let index = 0
  return {
    next() {
      const item = items[index]
      if (item !== undefined) index += 1
      return item
    },
    *more() {
      return index < items.length
    },
  }
}

/** The next item of a stream, or undefined at its end. */
export function* pull<T>(source: Pull<T>): Task<T | undefined> {
  const ready = source.next()
  if (ready !== undefined) return ready
  return (yield* source.more()) ? source.next() : undefined
}
