/** Changes of the shipped runbook that let a person decide whether clients may come. */
const CHANGES = [
  ['id: full-restore\n', 'id: asks-before-traffic\n'],
  [
    'title: Full restore from the object store\n',
    'title: Full restore that asks before clients are let in\n',
  ],
  [
    '  - id: confirm-gate\n',
    `  - id: ask
    title: Ask whoever is on call
    group: validate
    needs: [check-alerts]
    estimate: { best: 1s, likely: 5m, worst: 30m }
    action:
      kind: approve
      with: { question: May clients come? }

  - id: confirm-gate
`,
  ],
  [
    'needs: [compare-counts, run-query, check-metrics,',
    'needs: [ask, compare-counts, run-query, check-metrics,',
  ],
] as const

/** The shipped runbook with these changes, as `fixtures/runbooks/asks-before-traffic.yaml` holds it. @throws where one does not fit */
export function askingRunbook(shipped: string): string {
  return CHANGES.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`the shipped runbook does not have once: ${from}`)
    return text.replace(from, to)
  }, shipped)
}
