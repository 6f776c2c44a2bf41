export { FailingCall, type FailingCallOptions } from './failing-call.ts'
export { LyingSync } from './lying-sync.ts'
