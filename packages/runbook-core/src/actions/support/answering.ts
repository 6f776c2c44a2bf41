import { attempt, type Task } from '../../effects/index.ts'
import { type ErrorCode, OperatingError } from '../../errors/index.ts'
import { type Patience, patiently } from './patience.ts'

/** How often one object may fail while its store answers other requests, until another copy is looked for. */
const FAILURES_MAX = 4

const OF_THE_STORE: readonly ErrorCode[] = ['store-throttled']

/**
 * Repeats a task on one object while its store is away, like `patiently`; but an object that fails again and again while the store
 * answers is not an outage: it is lost here, and patience would only delay what another copy can give.
 * @throws object-corrupt when it is given up so
 */
export function* whileAnswering<A>(
  patience: Patience,
  store: string,
  task: () => Task<A>,
  probe: () => Task<unknown>,
): Task<A> {
  let failures = 0
  return yield* patiently(patience, `object store "${store}"`, function* () {
    const result = yield* attempt(task())
    if (result.ok) return result.value
    const { error } = result
    if (!error.retryable || OF_THE_STORE.includes(error.code)) throw error
    if ((yield* attempt(probe())).ok) failures += 1
    if (failures < FAILURES_MAX) throw error
    throw new OperatingError(
      'object-corrupt',
      `failed ${failures} times while the store answered: ${error.message}`,
      { retryable: false, ...(error.subject === null ? {} : { subject: error.subject }) },
    )
  })
}
