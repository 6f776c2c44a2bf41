import {
  FileSystem,
  junitReport,
  markdownReport,
  type Report,
  reportText,
  type Task,
  utf8Encode,
} from '@dr-drill/runbook-core'

/** Files of a run's directory that are rendered from its journal, by name. */
export const REPORT_FILES: Readonly<Record<string, (report: Report) => string>> = {
  'report.json': reportText,
  'report.md': markdownReport,
  'junit.xml': junitReport,
}

/**
 * Writes `report.json`, `report.md` and `junit.xml` into a run's directory, each whole or not at all, replacing what an earlier
 * rendering wrote. Durable when it returns.
 */
export function* writeReports(directory: string, report: Report): Task<void> {
  for (const [name, render] of Object.entries(REPORT_FILES)) {
    yield* writeWhole(directory, name, utf8Encode(render(report)))
  }
  yield* FileSystem.syncDirectory({ path: directory })
}

function* writeWhole(directory: string, name: string, bytes: Uint8Array): Task<void> {
  const path = `${directory === '/' ? '' : directory}/${name}`
  const unfinished = `${path}.tmp`
  yield* FileSystem.remove({ path: unfinished })
  yield* FileSystem.create({ path: unfinished, mode: 0o644 })
  yield* FileSystem.write({ path: unfinished, offset: 0, bytes })
  yield* FileSystem.sync({ path: unfinished })
  yield* FileSystem.rename({ from: unfinished, to: path })
}
