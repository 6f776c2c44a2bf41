/** Mutants of the shipped runbook that are no mistakes: nothing that anybody can see differs. */
export interface EquivalentMutants {
  readonly why: string
  readonly mutants: readonly string[]
}

/**
 * Each with its reason; `mutation.test.ts` holds what can be held of them by structure. Kept, all the same: a second lock on a door whose
 * first lock holds.
 */
export const EQUIVALENTS: readonly EquivalentMutants[] = [
  {
    why: 'A fact of the gate is true whenever the step that it speaks of has succeeded: that step fails where the fact would be false, and the gate needs it.',
    mutants: [
      'healthy',
      'count-correct',
      'content-correct',
      'writable',
      'metrics-exported',
      'timers-enabled',
      'backed-up',
    ].map((fact) => `drop-gate-fact steps.confirm-gate.facts.${fact}`),
  },
  {
    why: 'start-service brings the same directories to the same owner and modes before it starts anything: without set-ownership, or with it afterwards, the service finds the same.',
    mutants: ['drop-step steps.set-ownership', 'swap-steps steps.start-service.needs.set-ownership'],
  },
  {
    why: 'Both steps are needed by the gate, neither changes what the other looks at or does, and nobody but this host reaches the service before the gate.',
    mutants: [
      'drop-need steps.write-probe.needs[1]',
      'swap-steps steps.write-probe.needs.run-query',
      'swap-steps steps.enable-timers.needs.write-probe',
      'swap-steps steps.force-backup.needs.enable-timers',
    ],
  },
  {
    why: 'What is placed was made durable when it was fetched, and owner and modes, which alone this fsync adds, are set again when the service is started.',
    mutants: ['skip-fsync steps.place-files'],
  },
]
