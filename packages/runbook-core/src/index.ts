export * from './actions/index.ts'
export * from './checksums/index.ts'
export * from './effects/index.ts'
export * from './errors/index.ts'
export type * from './formats/index.ts'
export type * from './journal/events.ts'
export * from './ports/index.ts'
export type * from './runbook/qualified.ts'
export {
  CANONICAL_DEPTH_MAX,
  canonicalJson,
  canonicalJsonBytes,
  type JsonValue,
} from './text/canonical-json.ts'
export type { Json } from './text/json.ts'
export { compareUtf8, utf8Decode, utf8Encode } from './text/utf8.ts'
export type { ServiceUnit, TimerUnit, Unit } from './units/unit.ts'
