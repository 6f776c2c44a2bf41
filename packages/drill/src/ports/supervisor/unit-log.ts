/** The newest lines that a unit printed; older ones are forgotten. */
export class UnitLog {
  readonly #linesMax: number
  #lines: string[] = []

  constructor(linesMax = 5_000) {
    this.#linesMax = linesMax
  }

  add(line: string): void {
    this.#lines.push(line)
    // Cut in large steps: a shift per line would copy the array each time.
    if (this.#lines.length >= 2 * this.#linesMax) this.#lines = this.#lines.slice(-this.#linesMax)
  }

  clear(): void {
    this.#lines = []
  }

  /** The newest lines, oldest first. */
  newest(count: number): readonly string[] {
    return count <= 0 ? [] : this.#lines.slice(-Math.min(count, this.#linesMax))
  }
}
