import type { CallContext, ErrorCode } from '@dr-drill/runbook-core'
import { OperatingError } from '@dr-drill/runbook-core'

/** A call that nobody cancels. */
export const uncancelled: CallContext = { onCancel() {} }

/** A call that the test cancels. */
export function cancellable(): { readonly context: CallContext; cancel(): void } {
  let listener: () => void = () => {}
  return {
    context: {
      onCancel(given) {
        listener = given
      },
    },
    cancel: () => listener(),
  }
}

/** The operating error that a call ends with; anything else fails the test. */
export async function errorOf(call: () => unknown): Promise<OperatingError> {
  try {
    await call()
  } catch (thrown) {
    if (thrown instanceof OperatingError) return thrown
    throw thrown
  }
  throw new Error('the call succeeded')
}

/** The code that a call fails with. */
export const codeOf = async (call: () => unknown): Promise<ErrorCode> => (await errorOf(call)).code
