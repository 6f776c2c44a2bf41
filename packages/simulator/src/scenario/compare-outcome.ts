import type { ScenarioExpectation } from './schema.ts'

/**
 * Where two outcomes are not the same verdict (contracts.md, "Same verdict"): another kind, another loss, or another set of violated
 * invariants. In words, one line each; empty when they are the same.
 */
export function differences(expected: ScenarioExpectation, observed: ScenarioExpectation): readonly string[] {
  const lines: string[] = []
  if (expected.verdict !== observed.verdict) {
    lines.push(`the verdict is ${observed.verdict}, not ${expected.verdict}`)
  }
  if (lossText(expected) !== lossText(observed)) {
    lines.push(`the loss is ${lossText(observed)}, not ${lossText(expected)}`)
  }
  const added = observed.violated.filter((id) => !expected.violated.includes(id))
  const missing = expected.violated.filter((id) => !observed.violated.includes(id))
  if (added.length > 0) lines.push(`${added.join(', ')} violated, which was not expected`)
  if (missing.length > 0) lines.push(`${missing.join(', ')} not violated, which was expected`)
  return lines
}

/** Counts in words, in a fixed order. */
function lossText({ loss }: ScenarioExpectation): string {
  if (loss === null) return 'unknown'
  const { acknowledged, recovered, lost, altered, duplicated, unexpected, unit } = loss
  return `${lost} lost, ${altered} altered, ${duplicated} duplicated, ${unexpected ?? 'unknown'} unexpected of ${acknowledged} ${unit}s (${recovered} recovered)`
}
