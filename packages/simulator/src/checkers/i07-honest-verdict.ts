import { evidenceOf } from '@dr-drill/runbook-core'
import { claimsRestored, defineChecker } from './checker.ts'
import type { DrillTruth } from './truth/drill-truth.ts'
import { firstHole, isTruePrefix } from './truth/served.ts'

/**
 * Nothing that the run says is untrue: its verdict, its loss and each claim it calls proven are held against the engine's own content,
 * the production's ledger, and where balancer and zone lead clients. (Where the run's own judgement of an invariant differs from the world's, `checkDrill` counts that
 * here, too.)
 * Does not see: what the run says in words only.
 */
export const honestVerdict = defineChecker('I7', 'honest-verdict', (truth) => {
  const untruth = verdictUntruth(truth) ?? lossUntruth(truth) ?? claimUntruth(truth)
  return untruth === null ? ['held', `"${truth.judged.verdict.kind}" is true`] : ['violated', untruth]
})

function verdictUntruth(truth: DrillTruth): string | null {
  const { judged, loss, served } = truth
  const { kind } = judged.verdict
  if (kind === 'refused' && truth.exposures.some(({ what }) => what !== 'bind'))
    return '"refused", but clients were moved'
  if (!claimsRestored(truth)) return judged.passed === true ? `"${kind}" passed without restoring` : null
  if (served === null || loss === null) return `"${kind}", but no engine runs`
  const unreached = unreachedBy(truth)
  if (unreached !== null) return `"${kind}", but ${unreached}`
  const wrong = loss.altered + loss.duplicated + loss.unexpected
  // Without ledger and key the run says itself that it cannot know whose records these are.
  if (wrong > 0 && (truth.given.ledger || truth.given.trustKey))
    return `"${kind}", although ${wrong} records are altered, duplicated or unexpected`
  if (kind === 'restored' && loss.lost > 0 && knowsLoss(truth))
    return `"restored", although ${loss.lost} records are lost`
  if (kind === 'restored-with-loss' && loss.lost === 0)
    return '"restored-with-loss", although nothing is lost'
  return null
}

/** Why clients do not reach the restored server, or did not when the run said that they do; null: they do. */
function unreachedBy({ ledElsewhere, listening, sightings, exposures, judged }: DrillTruth): string | null {
  const [astray] = ledElsewhere
  if (astray !== undefined) return astray
  const takesClients = judged.runbook.parameters.some(({ name }) => name === 'bind-address')
  if (takesClients && !listening.isPublic) return `it listens on ${listening.address}, for its own host alone`
  if (!exposures.some(({ what }) => what !== 'bind')) return null
  if (sightings.astrayWhenAnswered === null) return 'no client was ever asked for'
  const [early] = sightings.astrayWhenAnswered
  return early === undefined ? null : `when it called the service restored ${early}`
}

const knowsLoss = ({ judged }: DrillTruth): boolean => evidenceOf(judged.record, 'oracle') !== null

function lossUntruth({ judged, loss }: DrillTruth): string | null {
  const told = evidenceOf(judged.record, 'oracle')?.loss ?? null
  if (told === null) return null
  if (loss === null) return 'a loss is told, but no engine runs'
  for (const name of ['acknowledged', 'recovered', 'lost', 'altered', 'duplicated', 'unexpected'] as const) {
    if (told[name] !== null && told[name] !== loss[name])
      return `it tells ${told[name]} ${name}, and ${loss[name]} are`
  }
  return null
}

function claimUntruth(truth: DrillTruth): string | null {
  const { judged, served, ledger } = truth
  const isProven = (id: string) => judged.claims.some((claim) => claim.id === id && claim.status === 'proven')
  if (!claimsRestored(truth) || served === null) return null
  const isWhole = firstHole(served) < 0
  for (const id of ['completeness', 'contiguity']) {
    if (isProven(id) && !isWhole) return `${id} is called proven; positions are missing`
  }
  if (isProven('authenticity') && !isTruePrefix(ledger, served)) {
    return 'authenticity is called proven; what is served is not what production wrote'
  }
  return null
}
