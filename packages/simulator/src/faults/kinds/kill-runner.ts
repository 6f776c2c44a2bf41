import { oneOf, type ParametersOf, stepName, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import type { Moment } from '../moment.ts'
import { momentText } from '../moment-text.ts'

const DOWN_MS_MAX = 600_000

const domains = {
  step: stepName('at which step; by default the first that places files'),
  effect: wholeNumber("which of the step's writing effects, from 1; 0: when the step begins", {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    usual: 0,
    drawn: { min: 0, max: 12 },
  }),
  moment: oneOf('before that effect (intended, not done) or after it (done, not yet recorded)', [
    'before',
    'after',
  ]),
}
/** At which step and effect the runner dies. */
export type KillParameters = ParametersOf<typeof domains>

function momentOf(site: FaultSite, { step: named, effect, moment }: KillParameters): Moment | null {
  const step = named === '' ? site.stepThat('places') : named
  if (step === null) return null
  if (effect === 0) return { at: 'step-begins', step }
  return { at: 'effect', step, ordinal: effect, side: moment }
}

function kill(site: FaultSite, given: KillParameters): void {
  const moment = momentOf(site, given)
  if (moment === null) return
  const downMs = site.random.split('down').integer(1_000, DOWN_MS_MAX)
  site.at(moment, () => {
    site.fired(`the process was killed at ${momentText(moment)} and stayed away for ${downMs} ms`)
    site.runner.kill(downMs)
  })
}

/** The process that runs the drill is killed, without a word, at one of its effects; nothing that it would clean up is cleaned up. */
export const killRunner = defineFault({
  kind: 'kill-runner',
  verb: 'kill the process that runs the drill',
  strikes: 'runner',
  when: 'at an effect of the first step that places files, or of the one named',
  targets: ['sim', 'local'],
  domains,
  outcome: () => 'resume',
  survival: 'The journal says what was done; resume reaches the same end.',
  excuses: () => excusesDelay(DOWN_MS_MAX),
  planSource: null,
  strike: kill,
})
