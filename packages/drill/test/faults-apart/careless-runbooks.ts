import type { AuthoredRunbook } from '@dr-drill/runbook-core'
import { mutantsOf } from '@dr-drill/simulator'

/** A runbook that overlooks something, by what it does. */
export interface CarelessRunbook {
  readonly name: string
  readonly change: (runbook: AuthoredRunbook) => AuthoredRunbook
}

/** Owners and modes are set once, as files are placed, and never looked at again. */
const NEVER_MENDS: CarelessRunbook = {
  name: 'never mends owners and modes',
  change: (runbook) => ({
    ...runbook,
    steps: runbook.steps.flatMap((step) => {
      if (step.id === 'set-ownership') return []
      const needs = step.needs?.map((need) => (need === 'set-ownership' ? 'place-files' : need))
      const { dataRoots: _, protection: __, ...input } = step.action.with ?? {}
      const action = step.action.kind === 'start-service' ? { ...step.action, with: input } : step.action
      return [{ ...step, ...(needs === undefined ? {} : { needs }), action }] as typeof runbook.steps
    }),
  }),
}

/** Careless runbooks by name: those above, and mutants as `OPERATOR SITE`. @throws when there is none of that name */
export function carelessRunbook(name: string, runbook: AuthoredRunbook): AuthoredRunbook {
  if (name === NEVER_MENDS.name) return NEVER_MENDS.change(runbook)
  for (const mutant of mutantsOf(runbook)) {
    if (`${mutant.operator} ${mutant.site}` === name && mutant.skips === null) return mutant.runbook
  }
  throw new Error(`no careless runbook is named ${name}`)
}
