import { OperatingError } from '@dr-drill/runbook-core'
import { type ParametersOf, truth } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import { type PlanSource, soleSegments, watch } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

const domains = { sidecars: truth('whether their sidecars are swapped with them') }

const planSwappedSegments: PlanSource<ParametersOf<typeof domains>> = ({ sidecars }, contents, random) => {
  const able = soleSegments(contents)
  const at = able.length < 2 ? -1 : random.split('segment').integer(0, able.length - 2)
  const [one, other] = [able[at], able[at + 1]]
  if (one === undefined || other === undefined)
    throw new OperatingError('usage-invalid', 'swapped-segments: the archive has no two segments to swap')
  const keys = [one.key, other.key]
  const swap = { kind: 'swap' as const, key: one.key, with: other.key }
  const labels = { kind: 'swap' as const, key: `${one.key}.json`, with: `${other.key}.json` }
  return {
    alterations: sidecars ? [swap, labels] : [swap],
    rules: [watch([...keys, ...keys.map((key) => `${key}.json`)])],
    detail: `${keys.join(' and ')} had each other's bytes${sidecars ? ', and their sidecars too' : ''}`,
  }
}

/** Two neighbouring segments lie under each other's names: every byte is there, and in the wrong place. */
export const swappedSegments = defineFault({
  kind: 'swapped-segments',
  verb: "file two log segments under each other's names",
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim', 'local'],
  domains,
  outcome: () => 'refuse',
  survival:
    'What lies under a name that it does not claim is not believed: refused by range; with the loss accepted, exactly what follows is lost.',
  excuses: () => ({ delayMs: 0, lossMs: null }),
  planSource: planSwappedSegments,
  strike: strikePlan(planSwappedSegments),
})
