import { formatDuration, markdownText } from '@dr-drill/runbook-core'
import { faultKind } from '../faults/index.js'
import { oracleExamples } from './evidence-of-loss.js'

/** Lines of the timeline; a drill that did more is told by its beginning and its end. */
const TIMELINE_MAX = 120
/** A counterexample as a person reads it: what was violated, what was injected, what happened when, and which bytes are concerned. */
export function story(scenario, drill, file) {
  const { judged, checked } = drill
  const violations = checked.violations.map(
    ({ id, name, detail }) => `- **${id} ${name}**: ${markdownText(detail)}`,
  )
  const sections = [
    [`# ${markdownText(scenario.title)}`],
    ['Generated data in a simulated world: nothing of yours was restored.'],
    ['## What is violated', ...(violations.length === 0 ? ['- nothing'] : violations)],
    ['## The world', ...worldLines(scenario)],
    ['## What was injected', ...injected(scenario, drill)],
    ['## The bytes concerned', ...bytesConcerned(drill)],
    ['## Timeline (drill time)', ...timeline(drill.events)],
    [
      '## What it came to',
      `- verdict: ${judged.verdict.kind} (${markdownText(judged.verdict.reason)})`,
      `- what the world's truth asks for: ${markdownText(expectationWords(drill))}`,
    ],
    ['## Again', '```', `./drill replay ${file}`, '```'],
  ]
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}
function worldLines({ seed, production, disaster, runbook }) {
  return [
    `- runbook ${runbook.id}, digest ${runbook.digest ?? 'not recorded'}`,
    `- production of seed ${production.seed} with ${production.assertions} records; disaster (${disaster.kind}) at ${production.cut ?? 'a drawn instant'}`,
    `- noticed after ${formatDuration(disaster.detectionMs ?? 0)}, declared ${formatDuration(disaster.declarationMs ?? 0)} later`,
    `- seed of the drill's chance: ${seed}`,
  ]
}
function injected({ faults }, { judged }) {
  if (faults.length === 0) return ['- nothing: it happens without any fault']
  return faults.map(({ kind, with: parameters }, place) => {
    const given = Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
    const struck = judged.faults[place]?.fired === true ? 'it struck' : 'it was not seen to strike'
    return `- \`${kind}${given.length === 0 ? '' : `:${given.join(',')}`}\`: ${faultKind(kind).verb}; ${struck}`
  })
}
/** What the faults tell of objects and offsets, and the keys that came back wrong. */
function bytesConcerned({ events, judged }) {
  const struck = events.flatMap(({ event }) =>
    event.type === 'fault-fired' ? [`- ${event.fault.kind}: ${markdownText(event.detail)}`] : [],
  )
  const records = oracleExamples(judged.record).map(
    ([what, keys]) => `- ${what}: ${keys.map((key) => `\`${key.replaceAll('`', "'")}\``).join(', ')}`,
  )
  const lines = [...struck, ...records]
  return lines.length === 0 ? ['- none'] : lines
}
const expectationWords = ({ checked }) => JSON.stringify(checked.expectation)
function timeline(events) {
  const lines = events.flatMap(({ at, event }) => {
    const words = wordsOf(event)
    return words === null ? [] : [`- ${formatDuration(Math.floor(at))}: ${markdownText(words)}`]
  })
  if (lines.length <= TIMELINE_MAX) return lines
  const half = TIMELINE_MAX / 2
  return [...lines.slice(0, half), `- ... ${lines.length - 2 * half} more ...`, ...lines.slice(-half)]
}
/** What an event means to a reader; null for what goes without saying. */
function wordsOf(event) {
  switch (event.type) {
    case 'run-started':
      return `run ${event.runId} starts`
    case 'clock-marked':
      return event.domain === 'drill' ? `mark: ${event.name}` : null
    case 'step-started':
      return `${event.step} begins${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`
    case 'step-succeeded':
      return `${event.step} has succeeded`
    case 'step-failed':
      return `${event.step} has failed: ${event.error.code}: ${event.error.message}`
    case 'step-skipped':
      return `${event.step} is skipped: ${event.detail}`
    case 'step-interrupted':
    case 'step-undone':
      return `${event.step}: ${event.type.slice('step-'.length)}`
    case 'effect-ended':
      return event.outcome === 'failed'
        ? `${event.step}, effect ${event.ordinal} has failed: ${event.error?.message ?? 'no word'}`
        : null
    case 'fault-fired':
      return `FAULT ${event.fault.kind}: ${event.detail}`
    case 'run-resumed':
      return `a new process resumes the run, ${formatDuration(event.gapMs)} later`
    case 'approval-given':
      return `${event.by} approves ${event.step}`
    case 'cancel-requested':
      return `somebody asks to stop: ${event.reason}`
    case 'run-ended':
      return `the run ends: ${event.outcome}${event.firstCause === null ? '' : ` (${event.firstCause.code})`}`
    default:
      return null
  }
}
//# sourceMappingURL=story.js.map
