export type { Attempt } from './attempted.ts'
export {
  all,
  attempt,
  backoffMs,
  both,
  currentFiber,
  fork,
  interruptFiber,
  join,
  provide,
  type RetryPolicy,
  race,
  retry,
  sleep,
  timeout,
  uninterrupted,
  unwrap,
  wantsRetry,
} from './combinators.ts'
export { Deferred } from './deferred.ts'
export { asyncRuntime, driveAsync, exitOf } from './drive-async.ts'
export { driveSync, timeless, type VirtualTime } from './drive-sync.ts'
export { type Access, Call, type Effect, Settle, type Task } from './effect.ts'
export {
  type CallContext,
  type Environment,
  environment,
  intercept,
  type Middleware,
  type Outcome,
  overlay,
  type PortHandlers,
} from './environment.ts'
export { type Exit, failure, interrupted, success } from './exit.ts'
export type { Fiber } from './fiber.ts'
export { Mailbox } from './mailbox.ts'
export { Mutex, Semaphore } from './mutex.ts'
export { type Contract, definePort, type Port, type PortClient, type PortHandler } from './port.ts'
export { type CallSite, Runtime, type RuntimeHooks } from './runtime.ts'
