import { z } from 'zod'
import { checkedOnce } from '../actions/index.ts'
import { evidenceOf } from './evidence.ts'
import type { RunRecord } from './run-record.ts'
import type { StepFacts } from './step-facts.ts'

/** A candidate of a choice, whether it was taken, and why (not). */
export interface Selected {
  readonly candidate: string
  readonly chosen: boolean
  readonly reason: string
}

/** What steps that choose give: the name chosen, those refused with reasons, and others that would have done. */
const choice = z.object({
  name: z.string().optional(),
  refused: z.array(z.object({ name: z.string(), reason: z.string(), detail: z.string() })),
  usable: z.array(z.object({ name: z.string() })).optional(),
  /** Histories of a log, each up to where the next one left it. */
  histories: z.array(z.object({ history: z.string(), through: z.string().nullable() })).optional(),
})

/**
 * Every candidate with its reason, in the order in which they were judged. A step that fell back later overrides an earlier choice.
 */
export function selectionOf(record: RunRecord, steps: readonly StepFacts[]): readonly Selected[] {
  const told = evidenceOf(record, 'selection')
  if (told !== null) return told
  const byName = new Map<string, Selected>()
  let chosen: string | null = null
  let line: NonNullable<z.infer<typeof choice>['histories']> = []
  for (const { traits, record: ran } of steps) {
    if (!traits.includes('selects') && !traits.includes('falls-back')) continue
    const parsed = checkedOnce(choice, ran?.output)
    if (!parsed.success) continue
    const { name, refused, usable } = parsed.data
    for (const one of usable ?? []) {
      byName.set(one.name, { candidate: one.name, chosen: false, reason: 'usable; a newer one was taken' })
    }
    for (const one of refused) {
      byName.set(one.name, { candidate: one.name, chosen: false, reason: `${one.reason}: ${one.detail}` })
    }
    if (name !== undefined) chosen = name
    line = parsed.data.histories ?? line
  }
  if (chosen !== null) {
    byName.set(chosen, {
      candidate: chosen,
      chosen: true,
      reason: ['the newest that is complete and verified', ...continued(line)].join('; '),
    })
  }
  return [...byName.values()]
}

/** How histories continue the one of the candidate that was taken. */
const continued = (
  line: readonly { readonly history: string; readonly through: string | null }[],
): readonly string[] =>
  line.slice(1).map(({ history }, before) => {
    const parent = line[before]
    return `history ${history} continues history ${parent?.history}, which an earlier restore left at position ${parent?.through}`
  })
