import { z } from 'zod'
import { OperatingError } from '../../errors/index.ts'
import type { Lineage } from '../../formats/index.ts'
import { type Expected, readDocument, writeDocument } from './document.ts'
import { countField, historyField, instantField, instantText, positionField, sha256Field } from './fields.ts'
import { checkLineage, lineageDocument, lineageFields, standTogether, withLineage } from './lineage.ts'

/** What the sidecar of an archived segment says. Times are history time in ms. */
export interface SegmentSidecar {
  readonly history: string
  /** Where the history comes from; null in sidecars of writers that did not tell. */
  readonly lineage: Lineage | null
  readonly number: number
  readonly firstPosition: string
  readonly lastPosition: string
  readonly firstRecordAt: number
  readonly lastRecordAt: number
  readonly recordCount: number
  readonly sizeBytes: number
  readonly sha256: string
  /** SHA-256 of the segment before it in its history; null for a history's first. */
  readonly predecessorSha256: string | null
}

/** A larger sidecar is not read. */
export const SIDECAR_BYTES_MAX = 16 * 1024

/** What a sidecar must be. */
export const SIDECAR_DOCUMENT: Expected<SegmentSidecar> = {
  kind: 'stemedb-segment-sidecar',
  schemaVersionMax: 1,
  what: 'sidecar',
  schema: z
    .object({
      history: historyField,
      ...lineageFields,
      number: countField,
      firstPosition: positionField,
      lastPosition: positionField,
      firstRecordAt: instantField,
      lastRecordAt: instantField,
      recordCount: countField,
      sizeBytes: countField.min(1),
      sha256: sha256Field,
      predecessorSha256: sha256Field.nullable(),
    })
    .refine(standTogether, 'parentHistory and forkPosition stand together')
    .transform(withLineage),
}

/** The sidecar's bytes: what is signed. The same segment always gives the same bytes. */
export function writeSidecar(sidecar: SegmentSidecar): Uint8Array {
  return writeDocument(SIDECAR_DOCUMENT.kind, {
    history: sidecar.history,
    ...lineageDocument(sidecar.lineage),
    number: sidecar.number,
    firstPosition: sidecar.firstPosition,
    lastPosition: sidecar.lastPosition,
    firstRecordAt: instantText(sidecar.firstRecordAt),
    lastRecordAt: instantText(sidecar.lastRecordAt),
    recordCount: sidecar.recordCount,
    sizeBytes: sidecar.sizeBytes,
    sha256: sidecar.sha256,
    predecessorSha256: sidecar.predecessorSha256,
  })
}

/**
 * Reads a sidecar's bytes (an envelope's payload) and checks that it agrees with itself.
 * @throws OperatingError `input-invalid`, `input-too-new`
 */
export function readSidecar(payload: Uint8Array): SegmentSidecar {
  const sidecar = readDocument(payload, SIDECAR_DOCUMENT)
  const span = Number(sidecar.lastPosition) - Number(sidecar.firstPosition) + 1
  if (span !== sidecar.recordCount || sidecar.firstPosition === '0') {
    throw new OperatingError(
      'input-invalid',
      `the sidecar disagrees with itself: positions ${sidecar.firstPosition} to ${sidecar.lastPosition} are not ${sidecar.recordCount} records`,
    )
  }
  checkLineage('sidecar', sidecar, sidecar.firstPosition)
  if (sidecar.lastRecordAt < sidecar.firstRecordAt) {
    throw new OperatingError('input-invalid', 'the sidecar disagrees with itself: it ends before it begins')
  }
  return sidecar
}
