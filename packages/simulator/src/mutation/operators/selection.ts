import { inputOf, inputsOf, stepOperator, withInput } from '../mutant.ts'

/** Nothing is checked against the signer's key. */
export const ignoreSignature = stepOperator(
  'ignore-signature',
  'believe what nobody signed',
  function* (step) {
    if (inputOf(step, 'trustKey') === undefined) return
    yield { at: 'trustKey', detail: 'no key of the signer is given', step: withInput(step, 'trustKey', '') }
  },
)

/** A hole in the log is passed over. */
export const acceptLoss = stepOperator(
  'accept-loss',
  'restore up to a hole without being asked to',
  function* (step) {
    if (inputOf(step, 'acceptLoss') === undefined) return
    yield { at: 'acceptLoss', detail: 'loss is always accepted', step: withInput(step, 'acceptLoss', true) }
  },
)

/** Only one place is looked in. */
export const forgetCopies = stepOperator('forget-copies', 'look in one place only', function* (step) {
  for (const [field, value] of inputsOf(step)) {
    if (field !== 'backups' || value === undefined) continue
    const first = typeof value === 'string' ? `\${ [${value.slice(2, -1).trim()}[0]] }` : []
    yield { at: field, detail: 'only the first backup is known', step: withInput(step, field, first) }
  }
})

/** What is missing is not told on. */
export const hideMissing = stepOperator(
  'hide-missing',
  'keep quiet about what was not found',
  function* (step) {
    if (inputOf(step, 'missing') === undefined) return
    yield { at: 'missing', detail: 'nothing is ever missing', step: withInput(step, 'missing', []) }
  },
)

/** The log is taken from where the backup ended, not from where it began. */
export const shiftRange = stepOperator(
  'shift-range',
  'take the log from the wrong position',
  function* (step) {
    for (const [field, value] of inputsOf(step)) {
      if (typeof value !== 'string') continue
      for (const [from, to] of [
        ['startPosition', 'stopPosition'],
        ['stopPosition', 'startPosition'],
      ] as const) {
        if (value.includes(from)) {
          yield {
            at: field,
            detail: `${to} for ${from}`,
            step: withInput(step, field, value.replace(from, to)),
          }
        }
      }
    }
  },
)

/** What was fetched is verified without one of its lists. */
export const verifyLess = stepOperator('verify-less', 'leave a list of files out', function* (step) {
  for (const field of ['alsoFiles', 'files', 'segments']) {
    if (inputOf(step, field) === undefined) continue
    yield { at: field, detail: `${field} is empty`, step: withInput(step, field, []) }
  }
})
