import type { Task } from '../effects/index.ts'
import { compareUtf8 } from '../text/utf8.ts'
import type { Pull } from './pull.ts'

interface Keyed {
  readonly key: string
}

interface Head<E> {
  readonly item: E
  readonly source: Pull<E>
}

/**
 * Streams in key order as one stream in key order with one entry per key: entries of equal keys, next to each other or from
 * different streams, are combined. Memory: one entry per stream.
 */
export class MergedPull<E extends Keyed> implements Pull<E> {
  readonly #combine: (a: E, b: E) => E
  readonly #heap: Head<E>[] = []
  /** Streams whose next entry is not known yet: nothing may be given out before it is. */
  #starving: Pull<E>[]
  #group: E | null = null
  #ready: E | undefined

  constructor(sources: readonly Pull<E>[], combine: (a: E, b: E) => E) {
    this.#starving = [...sources]
    this.#combine = combine
  }

  next(): E | undefined {
    if (this.#ready !== undefined) {
      const ready = this.#ready
      this.#ready = undefined
      return ready
    }
    while (this.#starving.length === 0) {
      const top = this.#heap[0]
      const group = this.#group
      if (top === undefined || (group !== null && group.key !== top.item.key)) {
        this.#group = null
        return group ?? undefined
      }
      this.#group = group === null ? top.item : this.#combine(group, top.item)
      this.#advance(top.source)
    }
    return undefined
  }

  *more(): Task<boolean> {
    for (;;) {
      for (const source of this.#starving) {
        if (yield* source.more()) {
          const item = source.next()
          if (item === undefined) continue
          this.#push({ item, source })
        }
        this.#starving = this.#starving.filter((other) => other !== source)
      }
      if (this.#starving.length > 0) continue
      this.#ready = this.next()
      if (this.#ready !== undefined) return true
      if (this.#starving.length === 0) return false
    }
  }

  #advance(source: Pull<E>): void {
    const item = source.next()
    if (item !== undefined) {
      this.#heap[0] = { item, source }
      this.#sink(0)
      return
    }
    const last = this.#heap.pop()
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last
      this.#sink(0)
    }
    this.#starving.push(source)
  }

  #push(head: Head<E>): void {
    let index = this.#heap.push(head) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#less(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  #sink(from: number): void {
    for (let index = from; ; ) {
      const left = 2 * index + 1
      let least = index
      if (left < this.#heap.length && this.#less(left, least)) least = left
      if (left + 1 < this.#heap.length && this.#less(left + 1, least)) least = left + 1
      if (least === index) return
      this.#swap(index, least)
      index = least
    }
  }

  #less(a: number, b: number): boolean {
    return compareUtf8(this.#heap[a]!.item.key, this.#heap[b]!.item.key) < 0
  }

  #swap(a: number, b: number): void {
    const head = this.#heap[a]!
    this.#heap[a] = this.#heap[b]!
    this.#heap[b] = head
  }
}
