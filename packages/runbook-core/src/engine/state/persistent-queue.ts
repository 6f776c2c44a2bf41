/** A linked list, newest in front. */
export interface Chain<A> {
  readonly head: A
  readonly tail: Chain<A> | null
}

/** First in, first out, without change: two chains, of which the back one is turned over when the front one is used up. */
export interface PersistentQueue<A> {
  readonly front: Chain<A> | null
  readonly back: Chain<A> | null
}

/** Nothing waits. */
export const EMPTY_QUEUE: PersistentQueue<never> = { front: null, back: null }

/** The queue with an item at its end. */
export function enqueue<A>(queue: PersistentQueue<A>, item: A): PersistentQueue<A> {
  return { front: queue.front, back: { head: item, tail: queue.back } }
}

/** The oldest item and the rest; null when there is none. */
export function dequeue<A>(
  queue: PersistentQueue<A>,
): { readonly item: A; readonly rest: PersistentQueue<A> } | null {
  let { front, back } = queue
  if (front === null) {
    for (; back !== null; back = back.tail) front = { head: back.head, tail: front }
  }
  return front === null ? null : { item: front.head, rest: { front: front.tail, back } }
}
