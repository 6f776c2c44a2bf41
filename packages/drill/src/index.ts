export type { DrillConfig } from './targets/own-actions.ts'
