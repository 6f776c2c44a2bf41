import { definePort } from '../effects/port.ts'

/** Decisions of people. */
export interface ApprovalsContract {
  /** Who approved the step (`--approve STEP=NAME`, or asked at a terminal); null when nobody has yet. */
  given(input: { readonly step: string; readonly question: string }): { readonly by: string } | null
}

export const Approvals = definePort<ApprovalsContract>('Approvals', { given: 'read' })
