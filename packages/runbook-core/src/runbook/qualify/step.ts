import type { ActionRegistry } from '../../actions/index.ts'
import { didYouMean } from '../../text/did-you-mean.ts'
import type { AuthoredRunbook, AuthoredStep } from '../authored.ts'
import { type CompiledExpression, compileExpression } from '../expressions/index.ts'
import type { Graph } from '../graph.ts'
import type { DocumentPath, LineOf, Problems } from '../problems.ts'
import type { QualifiedStep } from '../qualified.ts'
import { closedKeysOf } from '../schema-walk.ts'
import { type PlacedExpression, readTemplate } from '../templates.ts'
import { checkActionInput } from './action-input.ts'
import { checkReferences, type ReferenceRules } from './references.ts'
import type { ScalarReader } from './scalars.ts'
import { readEstimate, readExpression, readRetry } from './step-parts.ts'

/** What reading a step needs to know of the rest of the runbook. */
export interface StepContext {
  readonly authored: AuthoredRunbook
  readonly registry: ActionRegistry
  readonly graph: Graph
  readonly stepsById: ReadonlyMap<string, AuthoredStep>
  readonly stepIds: ReadonlySet<string>
  readonly defaultGroup: string
  readonly scalars: ScalarReader
  readonly parameters: ReadonlySet<string>
  readonly lineOf: LineOf
  readonly problems: Problems
}

/** Reads one step of the authored runbook, adding a problem for everything that does not hold. */
export function qualifyStep(step: AuthoredStep, index: number, context: StepContext): QualifiedStep {
  const { problems, scalars, authored } = context
  const path: DocumentPath = ['steps', index]
  const before = rulesFor(step, context, false)
  const after = rulesFor(step, context, true)
  const estimate = readEstimate(step.estimate, [...path, 'estimate'], scalars, problems)
  if (estimate.size !== null) {
    const rules = { ...before, hasEnded: () => false, facts: true }
    checkReferences(estimate.size, rules, [...path, 'estimate', 'size'], problems)
  }
  return {
    id: step.id,
    title: step.title,
    group: step.group ?? context.defaultGroup,
    needs: step.needs ?? [],
    action: { kind: step.action.kind, with: readWith(step, [...path, 'action'], before, context) },
    ...(step.requires === undefined ? {} : { requires: step.requires }),
    when: readWhen(step, [...path, 'when'], before, problems),
    retry: readRetry(step.retry ?? authored.defaults?.retry, retryPath(step, path), scalars, problems),
    timeoutMs: readTimeout(step, path, context),
    estimate: estimate.estimate,
    verify: (step.verify ?? []).flatMap((text, position) =>
      readChecked(text, [...path, 'verify', position], after, problems),
    ),
    undo: readUndo(step, path, context),
    capture: readCaptures(step, path, after, context),
    line: context.lineOf(path),
  }
}

const retryPath = (step: AuthoredStep, path: DocumentPath): DocumentPath =>
  step.retry === undefined ? ['defaults', 'retry'] : [...path, 'retry']

function rulesFor(step: AuthoredStep, context: StepContext, withSelf: boolean): ReferenceRules {
  return {
    params: context.parameters,
    steps: context.stepIds,
    hasEnded: (id) => (id === step.id ? withSelf : context.graph.isBefore(id, step.id)),
    fieldsOf: (id) => fieldsOf(context.stepsById.get(id), context.registry),
    of: step.id,
    facts: false,
  }
}

/** Names below `steps.ID.`: the output's, the captures, and `skipped`. */
function fieldsOf(step: AuthoredStep | undefined, registry: ActionRegistry): readonly string[] | null {
  const action = step === undefined ? null : registry.get(step.action.kind)
  const keys = action === null ? null : closedKeysOf(action.output)
  return keys === null ? null : [...keys, ...Object.keys(step?.capture ?? {}), 'skipped']
}

function readWith(step: AuthoredStep, path: DocumentPath, rules: ReferenceRules, context: StepContext) {
  const { problems, registry } = context
  const placed: PlacedExpression[] = []
  const base = [...path, 'with']
  const before = problems.count
  const template = readTemplate(step.action.with ?? {}, base, problems, placed)
  for (const item of placed) checkReferences(item.expression, rules, item.path, problems)
  const action = registry.get(step.action.kind)
  if (action === null) {
    const hint = () => didYouMean(step.action.kind, registry.kinds)
    problems.add([...path, 'kind'], `there is no action "${step.action.kind}"`, hint)
  } else if (problems.count === before) checkActionInput(action, template, placed, base, problems)
  return template
}

function readWhen(step: AuthoredStep, path: DocumentPath, rules: ReferenceRules, problems: Problems) {
  if (step.when === undefined || step.when === true) return null
  if (step.when === false) return compileExpression('false')
  return readChecked(step.when, path, rules, problems)[0] ?? null
}

function readChecked(
  text: string,
  path: DocumentPath,
  rules: ReferenceRules,
  problems: Problems,
): CompiledExpression[] {
  const expression = readExpression(text, path, problems)
  if (expression === null) return []
  checkReferences(expression, rules, path, problems)
  return [expression]
}

/** Captures see the step's output, not each other; they may not hide what the output says. */
function readCaptures(
  step: AuthoredStep,
  path: DocumentPath,
  rules: ReferenceRules,
  context: StepContext,
): QualifiedStep['capture'] {
  const output = fieldsOf({ ...step, capture: {} }, context.registry)
  const fieldsOfOutput = (id: string) => (id === step.id ? output : rules.fieldsOf(id))
  return Object.entries(step.capture ?? {}).flatMap(([name, text]) => {
    const at = [...path, 'capture', name]
    if (name === 'skipped' || output?.includes(name) === true) {
      context.problems.add(at, `"${name}" is given by the action already`, 'Give the capture another name.')
    }
    const [expression] = readChecked(text, at, { ...rules, fieldsOf: fieldsOfOutput }, context.problems)
    return expression === undefined ? [] : [[name, expression] as const]
  })
}

function readTimeout(step: AuthoredStep, path: DocumentPath, context: StepContext): number {
  const own = step.timeout
  const text = own ?? context.authored.defaults?.timeout
  if (text !== undefined) {
    return context.scalars.duration(
      text,
      own === undefined ? ['defaults', 'timeout'] : [...path, 'timeout'],
      1,
    )
  }
  context.problems.add(
    path,
    `step "${step.id}" has no timeout`,
    'Add timeout: 10m here, or once under defaults.',
  )
  return 1
}

function readUndo(step: AuthoredStep, path: DocumentPath, context: StepContext): QualifiedStep['undo'] {
  if (step.undo !== 'on-abandon') return 'never'
  const action = context.registry.get(step.action.kind)
  if (action !== null && action.undo === undefined) {
    context.problems.add([...path, 'undo'], `the action "${action.kind}" cannot be undone`, 'Leave undo out.')
  }
  return 'on-abandon'
}
