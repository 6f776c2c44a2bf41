import { type Fiber, fork, type Task } from '../../effects/index.ts'

interface Flight {
  readonly fiber: Fiber<void>
  /** Its result is on the way to the interpreter. */
  reported: boolean
}

/** The fibers of the steps under way, by index. */
export class Flights {
  readonly #flights = new Map<number, Flight>()

  /** True while a step's result is on the way. */
  hasReported(step: number): boolean {
    return this.#flights.get(step)?.reported === true
  }

  /** Starts a step's work; `report` is called with what it gives, unless it is interrupted before. */
  *start<A>(step: number, label: string, work: Task<A>, report: (result: A) => void): Task<void> {
    const flights = this.#flights
    function* flight(): Task<void> {
      const result = yield* work
      const own = flights.get(step)
      if (own !== undefined) own.reported = true
      report(result)
    }
    flights.set(step, { fiber: yield* fork(flight(), label), reported: false })
  }

  /** Interrupts steps together and waits until each has ended. */
  *stop(steps: Iterable<number>): Task<void> {
    const flights = [...steps].flatMap((step) => this.#flights.get(step) ?? [])
    for (const flight of flights) flight.fiber.interrupt()
    for (const flight of flights) yield* flight.fiber.done.wait()
  }

  /** Interrupts whatever is under way and waits until it has ended. */
  *stopAll(): Task<void> {
    yield* this.stop([...this.#flights.keys()])
  }

  /** The step's result has arrived, or it will give none. */
  forget(step: number): void {
    this.#flights.delete(step)
  }
}
