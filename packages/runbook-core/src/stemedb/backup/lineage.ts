import type { z } from 'zod'
import { OperatingError } from '../../errors/index.ts'
import type { Lineage } from '../../formats/index.ts'
import { requirePosition } from '../record/index.ts'
import { historyField, positionField } from './fields.ts'

/** How documents tell where a history comes from: both fields or, in files of earlier writers, none. */
export const lineageFields = {
  parentHistory: historyField.nullable().optional(),
  forkPosition: positionField.optional(),
}

type Fields = {
  readonly parentHistory?: z.infer<typeof lineageFields.parentHistory>
  readonly forkPosition?: z.infer<typeof lineageFields.forkPosition>
}

/** True unless one of the two stands without the other. */
export const standTogether = ({ parentHistory, forkPosition }: Fields): boolean =>
  (parentHistory === undefined) === (forkPosition === undefined)

/** The document with the two as one. */
export function withLineage<T extends Fields>(
  document: T,
): Omit<T, keyof Fields> & { readonly lineage: Lineage | null } {
  const { parentHistory, forkPosition, ...rest } = document
  const isTold = parentHistory !== undefined && forkPosition !== undefined
  return { ...rest, lineage: isTold ? { parentHistory, forkPosition } : null }
}

/** The two fields as they are written. */
export const lineageDocument = (lineage: Lineage | null): Record<string, string | null> =>
  lineage === null ? {} : { parentHistory: lineage.parentHistory, forkPosition: lineage.forkPosition }

/**
 * Checks that a history can come from there: not from itself, not from nowhere at a position, and from before what the document holds.
 * @throws OperatingError `input-invalid`
 */
export function checkLineage(
  what: string,
  document: { readonly history: string; readonly lineage: Lineage | null },
  before: string,
): void {
  const { history, lineage } = document
  if (lineage === null) return
  const { parentHistory, forkPosition } = lineage
  const isFirst = parentHistory === null
  const isSound = isFirst
    ? forkPosition === '0'
    : parentHistory !== history && requirePosition(forkPosition) < requirePosition(before)
  if (isSound) return
  throw new OperatingError(
    'input-invalid',
    `the ${what} disagrees with itself: its history cannot have left ${parentHistory} at position ${forkPosition}`,
  )
}
