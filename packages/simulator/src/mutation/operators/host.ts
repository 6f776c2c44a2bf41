import type { AuthoredStep, Json } from '@dr-drill/runbook-core'
import { inputOf, isObject, type StepChange, stepOperator, withInput, without } from '../mutant.ts'

/** Anybody may read and write what was restored. */
export const widenPermission = stepOperator('widen-permission', 'let everybody in', function* (step) {
  const protection = inputOf(step, 'protection')
  if (isObject(protection)) {
    for (const [field, mode] of [
      ['fileMode', '0666'],
      ['directoryMode', '0777'],
    ] as const) {
      yield {
        at: `protection.${field}`,
        detail: `${field} ${mode}`,
        step: withInput(step, 'protection', { ...protection, [field]: mode }),
      }
    }
  }
  if (typeof inputOf(step, 'mode') === 'string') {
    yield { at: 'mode', detail: 'mode 0777', step: withInput(step, 'mode', '0777') }
  }
})

/** What was restored belongs to root. */
export const wrongOwner = stepOperator('wrong-owner', 'leave files with the wrong owner', function* (step) {
  const protection = inputOf(step, 'protection')
  if (!isObject(protection)) return
  const changed = { ...protection, owner: 'root', group: 'root' }
  yield { at: 'protection.owner', detail: 'root owns it', step: withInput(step, 'protection', changed) }
})

/** A name is left out of a list. */
function* withoutEach(step: AuthoredStep, field: string, what: string): Generator<StepChange> {
  const list = inputOf(step, field)
  if (!Array.isArray(list)) return
  for (const [index, name] of (list as Json[]).entries()) {
    yield {
      at: `${field}[${index}]`,
      detail: `${what} ${typeof name === 'string' ? name : index}`,
      step: withInput(step, field, without(list as Json[], index)),
    }
  }
}

/** A timer is not enabled. */
export const forgetTimer = stepOperator('forget-timer', 'forget a timer', (step) =>
  withoutEach(step, 'timers', 'does not enable'),
)

/** Something that may write is not stopped. */
export const forgetStop = stepOperator('forget-stop', 'leave a writer running', (step) =>
  withoutEach(step, 'names', 'does not stop'),
)

/** A directory is not looked into before it is filled. */
export const forgetPath = stepOperator('forget-path', 'do not look whether a directory is empty', (step) =>
  withoutEach(step, 'emptyPaths', 'does not look into'),
)

/** A part of what was fetched is not put in place. */
export const forgetPlacement = stepOperator('forget-placement', 'leave a directory unrestored', (step) =>
  withoutEach(step, 'placements', 'does not place'),
)

/** The service is reachable before it was checked. */
export const bindEarly = stepOperator(
  'bind-early',
  'listen on every address before the gate',
  function* (step) {
    const set = inputOf(step, 'set')
    if (!isObject(set) || typeof set.STEMEDB_BIND_ADDR !== 'string') return
    if (!set.STEMEDB_BIND_ADDR.includes('before_gate')) return
    const changed = { ...set, STEMEDB_BIND_ADDR: '0.0.0.0:18180' }
    yield { at: 'set.STEMEDB_BIND_ADDR', detail: 'binds to 0.0.0.0', step: withInput(step, 'set', changed) }
  },
)

/** The restored server goes on in the history of the one that failed. */
export const keepHistory = stepOperator('keep-history', 'archive into the old history', function* (step) {
  if (inputOf(step, 'identifiers') === undefined) return
  yield { at: 'identifiers', detail: 'no new history begins', step: withInput(step, 'identifiers', {}) }
})
