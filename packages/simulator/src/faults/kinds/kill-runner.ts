import { z } from 'zod'
import { defineFault } from '../fault-kind.ts'
import { stepId, wholeNumber } from '../parameters.ts'

const parameters = z.strictObject({
  step: stepId.default(''),
  /** 0: when the step begins. */
  effect: wholeNumber(0).default(0),
  moment: z.enum(['before', 'after']).default('before'),
})
/** At which step and effect the runner dies. */
export type KillParameters = z.infer<typeof parameters>

/** The process that runs the drill is killed, without a word, at one of its effects; nothing that it would clean up is cleaned up. */
export const killRunner = defineFault<KillParameters>({
  kind: 'kill-runner',
  verb: 'kill the process that runs the drill',
  strikes: 'runner',
  when: 'at an effect of the first step that places files, or of the one named',
  parameters,
  describe: [
    { name: 'step', meaning: 'at which step; default the first that places files' },
    { name: 'effect', meaning: "which of the step's writing effects, from 1; default 0: when it begins" },
    {
      name: 'moment',
      meaning: 'before (default: intended, not done) or after (done, not yet recorded) that effect',
    },
  ],
  outcome: () => 'resume',
  survival: 'The journal says what was done; resume reaches the same end.',
})
