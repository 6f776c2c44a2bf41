/** Work that follows a restore, with how long it may wait (seed-facts C.11). */
export interface FollowUp {
  readonly title: string
  readonly items: readonly string[]
  readonly dueMs: number
}

const HOUR_MS = 3_600_000

/** The nine tasks after a restore, soonest first. */
export const FOLLOW_UPS: readonly FollowUp[] = [
  {
    title: 'Document the incident',
    items: [
      'file this report',
      'complete failure, detection and recovery times',
      'compare RTO and RPO with their targets',
    ],
    dueMs: HOUR_MS,
  },
  {
    title: 'Verify monitoring',
    items: ['alerts fire as they should', 'metrics are collected', 'a test page reaches PagerDuty or Slack'],
    dueMs: HOUR_MS,
  },
  {
    title: 'Communicate',
    items: ['stakeholders know', 'the status page is current', 'the post-mortem is in calendars'],
    dueMs: HOUR_MS,
  },
  {
    title: 'Find the root cause',
    items: ['what failed', 'whether it could have been prevented', 'what to do about it'],
    dueMs: 24 * HOUR_MS,
  },
  {
    title: 'Test the backups',
    items: ['the next scheduled backup completes', 'its verification passes', 'uploads reach the bucket'],
    dueMs: 24 * HOUR_MS,
  },
  {
    title: 'Review the procedure',
    items: ['lessons learned', 'deviations from the runbook', 'improvements to propose'],
    dueMs: 24 * HOUR_MS,
  },
  {
    title: 'Hold a blameless post-mortem',
    items: ['process improvements', 'corrective actions'],
    dueMs: 168 * HOUR_MS,
  },
  {
    title: 'Update the documentation',
    items: ['lessons', 'estimates of RTO and RPO', 'prerequisites'],
    dueMs: 168 * HOUR_MS,
  },
  {
    title: 'Schedule the next drill',
    items: ['quarterly', 'validate the improvements', 'train the people on call'],
    dueMs: 168 * HOUR_MS,
  },
]
