import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import type { BackupDescription, BackupFile } from '../../formats/index.ts'
import { verifyPlacedFile } from '../backup/verify-placed.ts'
import { readEnds } from '../record-file/index.ts'
import { judgeObject } from './fetch-to-scratch.ts'
import type { StoreAccess } from './store-writing.ts'
import type { VerificationProblem } from './verification.ts'

/** Positions that one segment of a backup spans. */
interface Span {
  readonly path: string
  readonly first: number
  readonly last: number
}

/** Reads every file of a described backup back and checks that its log continues its data to the position where it says it stops. */
export function* verifyBackupFiles(
  checksums: Checksums,
  access: StoreAccess,
  description: BackupDescription,
): Task<readonly VerificationProblem[]> {
  const problems: VerificationProblem[] = []
  const spans: Span[] = []
  for (const file of description.files) {
    const finding = yield* judgeObject(access, file.key, (path) =>
      judgeFile(checksums, description, file, path, spans),
    )
    if (finding !== null) problems.push({ severity: 'error', subject: file.key, ...finding })
  }
  // With a file missing or damaged the log cannot be whole either; that is told already.
  const gap = problems.length > 0 ? null : gapIn(description, spans)
  if (gap !== null) {
    problems.push({ severity: 'error', subject: description.name, problem: 'log-gap', detail: gap })
  }
  return problems
}

function* judgeFile(
  checksums: Checksums,
  description: BackupDescription,
  file: BackupFile,
  path: string,
  spans: Span[],
) {
  const problem = yield* verifyPlacedFile(checksums, description, file, path, 'records')
  if (problem !== null) return { problem: problem.problem, detail: problem.detail }
  if (file.role === 'log') {
    const { header, footer } = yield* readEnds(checksums, path)
    if (header !== null && footer !== null) {
      spans.push({ path: file.path, first: header.firstPosition, last: footer.lastPosition })
    }
  }
  return null
}

/** Why data and log do not reach from position 1 to the stop position without a hole; null when they do. */
function gapIn(description: BackupDescription, spans: readonly Span[]): string | null {
  let held = Number(description.startPosition)
  for (const { path, first, last } of [...spans].sort((a, b) => a.first - b.first)) {
    if (first > held + 1) return `${path} begins at position ${first}, but ${held + 1} is held by nothing`
    held = Math.max(held, last)
  }
  return held === Number(description.stopPosition)
    ? null
    : `data and log end at position ${held}, but the manifest says ${description.stopPosition}`
}
