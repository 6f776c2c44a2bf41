import { OperatingError } from '@dr-drill/runbook-core'

/** The next so many requests of a kind are refused. */
export class Refusals {
  #left = 0

  /** Refuses the next `count` requests (Infinity: all), until the function returned is called. */
  refuse(count: number): () => void {
    this.#left = count
    return () => {
      this.#left = 0
    }
  }

  /** True when this request is refused; it then counts. */
  meets(): boolean {
    if (this.#left <= 0) return false
    this.#left -= 1
    return true
  }
}

/** Something that is so as long as at least one cause of it lasts. */
export class Lasting {
  #causes = 0

  get holds(): boolean {
    return this.#causes > 0
  }

  /** A cause; the function returned ends it, once. */
  begin(): () => void {
    this.#causes += 1
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#causes -= 1
    }
  }
}

/** The error of whoever does not do what it was asked; another try may succeed. */
export function refused(who: string, subject: string): OperatingError {
  return new OperatingError('connection-failed', `${who} refuses the change of ${subject}`, { subject })
}
