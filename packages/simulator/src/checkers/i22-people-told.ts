import { claimsRestored, defineChecker, hasMovedClients } from './checker.ts'

/**
 * A restore that succeeds has told people twice: that it has begun, before any client is moved, unless it was asked not to (the parameter
 * `announce`), and that it is done, once clients had been moved. Counted where notices arrive.
 * Does not see: what a notice says, and whether anybody reads it. Runbooks without such parameters tell nobody.
 */
export const peopleTold = defineChecker('I22', 'people-told', (truth) => {
  const { judged, notices, exposures, sightings } = truth
  const given = (name: string) => judged.runbook.parameters.find((one) => one.name === name)?.value
  if (given('notify-channel') === undefined) return ['not-applicable', 'the runbook has nobody to tell']
  const movedAt = hasMovedClients(truth)
    ? Math.max(...exposures.filter(({ what }) => what !== 'bind').map(({ at }) => at))
    : Number.POSITIVE_INFINITY
  const early = notices.filter(({ atMs }) => atMs < movedAt)
  const late = notices.filter(({ atMs }) => atMs >= (sightings.answeredAt ?? Number.POSITIVE_INFINITY))
  const announces = given('announce') !== false
  if (!announces && early.length > 0)
    return ['violated', 'people were told before the end, against what was asked']
  if (!claimsRestored(truth)) return ['not-applicable', 'the run restored nothing']
  if (announces && early.length === 0) return ['violated', 'nobody was told that a restore had begun']
  if (late.length === 0) return ['violated', 'nobody was told that the service is restored']
  return ['held', `${notices.length} notices arrived`]
})
