import { formatDuration } from '../text/duration.ts'
import { approximateSize as shownSize } from '../text/size.ts'
import type { Plan } from './plan.ts'

/** A plan in words: one sentence or table line each, for people who decide at 3 a.m. */
export function explain(plan: Plan): string[] {
  return [
    `${plan.runbook.title} (${plan.runbook.id}): ${plan.steps.length} steps in ${plan.groups.length} groups.`,
    ...explainTime(plan),
    ...explainLoss(plan),
    ...explainDisk(plan),
    ...explainTarget(plan),
    ...explainPolicy(plan),
    explainOutcome(plan),
  ]
}

/** Says why `plan` exits as it does. */
function explainOutcome({ holds, rto, rpo }: Plan): string {
  if (holds) return 'This plan holds its objectives.'
  const broken = [
    rto.exceeds ? 'the longest path exceeds the RTO' : null,
    rpo.exceeds ? 'the worst-case loss exceeds the RPO' : null,
  ].filter((one) => one !== null)
  return `This plan does NOT hold its objectives: ${broken.join(', and ')}.`
}

function explainTime({ criticalPath, rto, forecast, groups, steps }: Plan): string[] {
  const path = `The longest path takes ${shown(criticalPath.likelyMs)} (at best ${shown(criticalPath.bestMs)}, at worst ${shown(criticalPath.worstMs)})`
  const lines = [
    criticalPath.likelyMs > rto.targetMs
      ? `${path}: ${shown(-rto.slackMs)} MORE than the RTO of ${shown(rto.targetMs)}.`
      : `${path}; the RTO of ${shown(rto.targetMs)} leaves ${shown(rto.slackMs)}.`,
    `It leads through: ${criticalPath.steps.filter((id) => takesTime(steps, id)).join(', ')}.`,
  ]
  if (rto.budgetsMs !== null && rto.budgetsMs > rto.targetMs) {
    lines.push(
      `The groups' budgets claim ${shown(rto.budgetsMs)}: ${shown(rto.budgetsMs - rto.targetMs)} MORE than the RTO (D01).`,
    )
  }
  for (const group of groups.filter((item) => item.overBudget)) {
    const budget = shown(group.budgetMs ?? 0)
    lines.push(`"${group.title}" takes ${shown(group.likelyMs)}, over its budget of ${budget}.`)
  }
  if (forecast !== null) {
    lines.push(
      `Of ${forecast.draws} imagined restores half end within ${shown(forecast.p50Ms)} and 95 % within ${shown(forecast.p95Ms)}; ${forecast.withinRtoPercent} % hold the RTO.`,
    )
  }
  return lines
}

const takesTime = (steps: Plan['steps'], id: string): boolean =>
  (steps.find((step) => step.id === id)?.estimate.likelyMs ?? 0) > 0

function explainLoss({ rpo }: Plan): string[] {
  if (rpo.worstCaseMs === null) {
    return ['The worst-case loss is UNBOUNDED: archive cycles do not close the open segment (D05).']
  }
  const worst = `At worst ${shown(rpo.worstCaseMs)} of writes are lost`
  if (!rpo.exceeds) return [`${worst}; the RPO is ${shown(rpo.targetMs)}.`]
  const remedy =
    rpo.longestIntervalMs === null
      ? 'no archive interval would hold it: shorten the archive cycle itself'
      : `the longest archive interval that would hold it is ${shown(rpo.longestIntervalMs)}`
  return [`${worst}: MORE than the RPO of ${shown(rpo.targetMs)} (D05); ${remedy}.`]
}

function explainDisk({ disk }: Plan): string[] {
  if (disk.peakBytes === null) {
    return [
      `How long ${disk.unknown.join(' and ')} take is a guess, and the peak on disk is not known: nobody said how many bytes they fetch.`,
    ]
  }
  if (disk.at === null) return []
  const peak = `At most ${shownSize(disk.peakBytes)} lie on the disk at once (at "${disk.at}")`
  if (disk.fits === null) return [`${peak}; the free space is not known.`]
  const free = shownSize(disk.freeBytes ?? 0)
  return [disk.fits ? `${peak}; ${free} are free.` : `${peak}: MORE than the ${free} that are free (D18).`]
}

function explainTarget({ target }: Plan): string[] {
  if (target === null) return []
  return [
    ...target.cannotRun.map(
      ({ step, missing }) => `"${step}" cannot run on ${target.name}: it lacks ${missing.join(', ')}.`,
    ),
    ...target.notExercised.map(
      ({ step, missing }) =>
        `"${step}" is not fully exercised on ${target.name}: it lacks ${missing.join(', ')}.`,
    ),
  ]
}

function explainPolicy({ policy }: Plan): string[] {
  const lines = policy.stores.map(
    ({ store, prefix, verbs }) =>
      `Store "${store}"${prefix === '' ? '' : ` below "${prefix}"`}: ${verbs.join(', ')}.`,
  )
  if (policy.paths.write.length > 0) lines.push(`Writes below: ${policy.paths.write.join(', ')}.`)
  if (policy.changes.length > 0) lines.push(`Changes: ${policy.changes.join(', ')}.`)
  if (policy.uncovered.length > 0) {
    lines.push(`NOT covered, since their effects are not declared: ${policy.uncovered.join(', ')}.`)
  }
  return lines
}

/** A duration for people: whole seconds from a minute on. */
const shown = (ms: number): string => formatDuration(ms < 60_000 ? ms : Math.round(ms / 1_000) * 1_000)
