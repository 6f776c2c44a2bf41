/** Something that will happen at an instant. */
export interface ScheduledEvent {
  /** Integer ms. */
  readonly at: number
  /** Order among events of one instant: the order in which they were scheduled. */
  readonly sequence: number
  readonly action: () => void
  /** Set by `cancel`; the queue then passes it over. */
  cancelled: boolean
}

/** Whether `a` happens before `b`: by time, then by the order of scheduling. A total order, so one seed has one history. */
export function precedes(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence)
}

/** A binary heap of events. */
export class EventQueue {
  readonly #heap: ScheduledEvent[] = []
  #sequence = 0
  #live = 0

  /** Events that will still happen. */
  get size(): number {
    return this.#live
  }

  add(at: number, action: () => void): ScheduledEvent {
    const event: ScheduledEvent = { at, sequence: this.#sequence, action, cancelled: false }
    this.#sequence += 1
    this.#live += 1
    this.#heap.push(event)
    this.#rise(this.#heap.length - 1)
    return event
  }

  /** Takes an event off; one that has happened or is cancelled already is left alone. */
  cancel(event: ScheduledEvent): void {
    if (event.cancelled) return
    event.cancelled = true
    this.#live -= 1
  }

  /** The first event that will happen; null when there is none. */
  peek(): ScheduledEvent | null {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!first.cancelled) return first
      this.#removeFirst()
    }
    return null
  }

  /** Takes the first event out; it counts as happened. */
  take(): ScheduledEvent | null {
    const first = this.peek()
    if (first === null) return null
    this.#removeFirst()
    this.cancel(first)
    return first
  }

  #removeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink(0)
  }

  #rise(start: number): void {
    const heap = this.#heap
    const event = heap[start] as ScheduledEvent
    let index = start
    while (index > 0) {
      const above = (index - 1) >> 1
      const other = heap[above] as ScheduledEvent
      if (!precedes(event, other)) break
      heap[index] = other
      index = above
    }
    heap[index] = event
  }

  #sink(start: number): void {
    const heap = this.#heap
    const event = heap[start] as ScheduledEvent
    let index = start
    for (let child = 2 * index + 1; child < heap.length; child = 2 * index + 1) {
      const right = heap[child + 1]
      if (right !== undefined && precedes(right, heap[child] as ScheduledEvent)) child += 1
      const other = heap[child] as ScheduledEvent
      if (!precedes(other, event)) break
      heap[index] = other
      index = child
    }
    heap[index] = event
  }
}
