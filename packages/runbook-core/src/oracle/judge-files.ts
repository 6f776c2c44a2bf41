import type { Task } from '../effects/index.ts'
import { type CompareFilesInput, compareFiles } from './compare-files.ts'
import { type Loss, type OracleEvidence, oracleEvidence } from './evidence.ts'
import { ORACLE_SCHEMA_VERSION } from './json-lines.ts'

/** What `judge` prints: the oracle alone, on two files (contracts.md, "Files"). */
export interface Judgement {
  readonly kind: 'judgement'
  readonly schemaVersion: number
  readonly loss: Loss
  readonly rpo: {
    readonly basis: 'ledger'
    /** RFC 3339 UTC, history time. */
    readonly recoveryPointAt: string | null
    readonly recoveryPointAgeMs: number | null
    readonly lossWindowMs: number | null
    /** Two files know no objective. */
    readonly targetMs: null
    readonly status: null
    readonly derivedWorstCaseMs: null
  }
  readonly verdict: {
    readonly kind: 'restored' | 'restored-with-loss' | 'failed' | 'inconclusive'
    readonly reason: string
    readonly next: string
  }
  readonly passed: boolean
  /** All that the comparison says, as a run has it in its journal. */
  readonly oracle: OracleEvidence
}

/** A judgement and the exit code of `judge`: 0, 1 or 4. */
export interface Judged {
  readonly judgement: Judgement
  readonly exitCode: 0 | 1 | 4
}

/** Input of `judgeFiles`. */
export interface JudgeFilesInput extends CompareFilesInput {
  /** History time, ms; null: the ledger's own. */
  readonly failureAt: number | null
}

/** Compares a ledger and a readback and judges them. @throws OperatingError as `compareFiles` does */
export function* judgeFiles(input: JudgeFilesInput): Task<Judged> {
  return judgeEvidence(oracleEvidence(yield* compareFiles(input), input.failureAt))
}

/** The judgement that the oracle's evidence gives. */
export function judgeEvidence(oracle: OracleEvidence): Judged {
  const { verdict, exitCode } = verdictOf(oracle)
  const judgement: Judgement = {
    kind: 'judgement',
    schemaVersion: ORACLE_SCHEMA_VERSION,
    loss: oracle.loss,
    rpo: {
      basis: 'ledger',
      recoveryPointAt: oracle.recoveryPointAt,
      recoveryPointAgeMs: oracle.recoveryPointAgeMs,
      lossWindowMs: oracle.lossWindowMs,
      targetMs: null,
      status: null,
      derivedWorstCaseMs: null,
    },
    verdict,
    passed: exitCode === 0,
    oracle,
  }
  return { judgement, exitCode }
}

function verdictOf(oracle: OracleEvidence): {
  readonly verdict: Judgement['verdict']
  readonly exitCode: Judged['exitCode']
} {
  const { loss } = oracle
  const wrong = wrongRecords(loss)
  if (oracle.coverage === 'sample' || !oracle.complete) {
    const why = oracle.complete
      ? 'the ledger is only a sample of what was written'
      : 'a file is cut short: its end is missing'
    return {
      exitCode: 4,
      verdict: {
        kind: 'inconclusive',
        reason: [why, ...wrong].join('; '),
        next: oracle.complete
          ? 'Judge with a complete ledger.'
          : 'Write both files again, to their end, and judge them again.',
      },
    }
  }
  if (wrong.length > 0) {
    return {
      exitCode: 1,
      verdict: {
        kind: 'failed',
        reason: wrong.join('; '),
        next: 'Keep clients away from this database: look at the records named under oracle.examples first.',
      },
    }
  }
  return { exitCode: oracle.lostIsTail ? 0 : 1, verdict: lossVerdict(oracle) }
}

function lossVerdict({ loss, lostIsTail }: OracleEvidence): Judgement['verdict'] {
  const all = `${loss.acknowledged} acknowledged ${loss.unit}s`
  if (loss.lost === 0) return { kind: 'restored', reason: `all ${all} came back unchanged`, next: 'Nothing.' }
  if (lostIsTail) {
    return {
      kind: 'restored-with-loss',
      reason: `${loss.lost} of ${all} are lost, all of them the newest`,
      next: 'Tell the writers what is lost: everything acknowledged after the recovery point.',
    }
  }
  return {
    kind: 'restored-with-loss',
    reason: `${loss.lost} of ${all} are lost, and not only the newest: later ones came back`,
    next: 'Look for another copy of the missing range: a backup or log segment was passed over.',
  }
}

/** What must never be, in words. */
export function wrongRecords(loss: Loss): string[] {
  const words: string[] = []
  if (loss.altered > 0) words.push(`${loss.altered} altered`)
  if (loss.duplicated > 0) words.push(`${loss.duplicated} duplicated`)
  if (loss.unexpected !== null && loss.unexpected > 0) words.push(`${loss.unexpected} unexpected`)
  return words
}
