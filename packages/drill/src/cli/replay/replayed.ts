import { differences, type Scenario, type ScenarioExpectation } from '@dr-drill/simulator'

/** A scenario that was performed again. */
export interface Replayed {
  readonly file: string
  readonly target: 'sim' | 'local'
  readonly scenario: Scenario
  readonly observed: ScenarioExpectation
  /** Of the run; null on real targets, where no two journals are the same. */
  readonly digest: string | null
  /** Digest of the runbook as it is now. */
  readonly runbookDigest: string
  /** Where the run's evidence lies; null: it left none. */
  readonly directory: string | null
}

/** Invariants that only a world that knows the truth can check. */
const TRUTH_ONLY: ReadonlySet<string> = new Set(['I17', 'I18'])

/** Where what came of it is not what was recorded, one line each. */
export function departures({ scenario, observed, target }: Replayed): readonly string[] {
  if (target === 'sim') return differences(scenario.expect, observed)
  const visible = scenario.expect.violated.filter((id) => !TRUTH_ONLY.has(id))
  return differences({ ...scenario.expect, violated: visible }, observed)
}

/** Same to the byte; null where nothing was recorded or nothing can be compared. */
export const isIdentical = ({ scenario, digest }: Replayed): boolean | null =>
  scenario.digest === null || digest === null ? null : scenario.digest === digest

/** What `--format json` prints. */
export function replayDocument(replayed: Replayed) {
  const { file, target, scenario, observed, digest, directory } = replayed
  const found = departures(replayed)
  return {
    kind: 'replay',
    schemaVersion: 1,
    file,
    title: scenario.title,
    target,
    reproduced: found.length === 0,
    differences: found,
    expected: scenario.expect,
    observed,
    digest: { recorded: scenario.digest, observed: digest, identical: isIdentical(replayed) },
    runbookChanged: runbookChanged(replayed),
    directory,
  }
}

/** What a person reads. */
export function replayText(replayed: Replayed): string {
  const { scenario, observed, target, directory } = replayed
  const found = departures(replayed)
  const outcome = `${observed.verdict}${observed.violated.length === 0 ? '' : `, ${observed.violated.join(', ')} violated`}`
  const lines = [
    `${scenario.title}: ${found.length === 0 ? 'reproduced' : 'NOT reproduced'} on ${target} (${outcome})`,
    ...found.map((line) => `  ${line}`),
  ]
  const identical = isIdentical(replayed)
  if (identical === true) lines.push('The run is the same to the byte.')
  if (identical === false) {
    const why = runbookChanged(replayed) ? 'the runbook has changed since' : 'the tool has changed since'
    lines.push(`The run is not the same to the byte: ${why} it was recorded.`)
  }
  if (directory !== null) lines.push(`Evidence: ${directory}`)
  return `${lines.join('\n')}\n`
}

const runbookChanged = ({ scenario, runbookDigest }: Replayed): boolean =>
  scenario.runbook.digest !== null && scenario.runbook.digest !== runbookDigest
