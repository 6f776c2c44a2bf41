import { type ActionRegistry, type AnyAction, type Capability, checkedOnce } from '../../actions/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { Json } from '../../text/json.ts'

/** An invocation whose kind is known and whose input was checked. */
export interface Understood {
  readonly action: AnyAction
  // biome-ignore lint/suspicious/noExplicitAny: checked by the action's own schema
  readonly input: any
}

/**
 * The action that is meant and its input, checked.
 * @throws OperatingError `capability-missing` for an unknown kind or one that requires what the target lacks, `input-invalid`
 */
export function understand(
  { kind, input }: { readonly kind: string; readonly input: Json },
  target: { readonly registry: ActionRegistry; readonly capabilities: ReadonlySet<Capability> },
): Understood {
  const action = target.registry.get(kind)
  if (action === null) throw new OperatingError('capability-missing', `there is no action ${kind} here`)
  const lacking = action.capabilities.required.filter((name) => !target.capabilities.has(name))
  if (lacking.length > 0) {
    const message = `the target has no ${lacking.join(', ')}`
    throw new OperatingError('capability-missing', message, { subject: kind })
  }
  const parsed = checkedOnce(action.input, input)
  if (parsed.success) return { action, input: parsed.data }
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') ?? ''
  throw new OperatingError('input-invalid', `the input of ${kind}: ${where}: ${issue?.message}`, {
    subject: where,
  })
}
