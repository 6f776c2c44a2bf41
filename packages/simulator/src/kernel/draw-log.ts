import type { Draw, DrawLog } from './random-stream.ts'

/** Keeps every draw, to find where two runs that should agree began to differ. */
export class RecordedDraws implements DrawLog {
  readonly draws: Draw[] = []

  record(draw: Draw): void {
    this.draws.push(draw)
  }
}

/** Where two records part. A side that ended there is null. */
export interface DrawDivergence {
  readonly position: number
  readonly left: Draw | null
  readonly right: Draw | null
}

/** The first draw that differs, by stream, index or value; null when the records are equal. */
export function firstDivergence(left: readonly Draw[], right: readonly Draw[]): DrawDivergence | null {
  const length = Math.max(left.length, right.length)
  for (let position = 0; position < length; position += 1) {
    const a = left[position] ?? null
    const b = right[position] ?? null
    if (a?.stream !== b?.stream || a?.index !== b?.index || a?.value !== b?.value) {
      return { position, left: a, right: b }
    }
  }
  return null
}
