import { z } from 'zod'
import { defineFault } from '../fault-kind.ts'
import { stepId } from '../parameters.ts'

const parameters = z.strictObject({ step: stepId.default('') })
type Parameters = z.infer<typeof parameters>

/**
 * What was put in place belongs to somebody else and is closed to the service, as after a copy made by root. Where owners cannot be
 * changed the mode alone closes it, to its owner too.
 */
export const badPermissions = defineFault<Parameters>({
  kind: 'bad-permissions',
  verb: 'leave restored files that the service cannot read',
  strikes: 'placed-files',
  when: 'right after the step that places files, or the one named',
  parameters,
  describe: [{ name: 'step', meaning: 'after which step; default the first that places files' }],
  outcome: () => 'recover',
  survival: 'No byte is lost: exact owner and modes are restored before the service starts.',
})
