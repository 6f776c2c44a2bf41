import { didYouMean } from '../../text/did-you-mean.ts'
import type { AuthoredRunbook } from '../authored.ts'
import type { Graph } from '../graph.ts'
import type { DocumentPath, Problems } from '../problems.ts'

/** Checks ids and what refers to them: unique steps, groups and lines; needs, gate and checklist that exist; no cycle. */
export function checkStructure(authored: AuthoredRunbook, graph: Graph, problems: Problems): void {
  const steps = new Set(authored.steps.map((step) => step.id))
  checkUnique(authored.steps, 'steps', problems)
  checkUnique(authored.groups ?? [], 'groups', problems)
  checkUnique(authored.checklist ?? [], 'checklist', problems)
  for (const [index, step] of authored.steps.entries()) {
    for (const [position, need] of (step.needs ?? []).entries()) {
      checkStepName(need, steps, ['steps', index, 'needs', position], problems)
    }
    checkGroup(authored, index, problems)
  }
  checkStepName(authored.gate, steps, ['gate'], problems)
  for (const [index, item] of (authored.checklist ?? []).entries()) {
    for (const [position, id] of item.steps.entries()) {
      checkStepName(id, steps, ['checklist', index, 'steps', position], problems)
    }
  }
  if (graph.cycle !== null) {
    const first = authored.steps.findIndex((step) => step.id === graph.cycle?.[0])
    problems.add(
      ['steps', first, 'needs'],
      `steps wait for each other: ${graph.cycle.join(' needs ')}`,
      'Take one of these names out of needs.',
    )
  }
}

function checkUnique(items: readonly { readonly id: string }[], name: string, problems: Problems): void {
  const first = new Map<string, number>()
  for (const [index, { id }] of items.entries()) {
    const earlier = first.get(id)
    if (earlier === undefined) first.set(id, index)
    else
      problems.add(
        [name, index, 'id'],
        `"${id}" is the id of ${name}[${earlier}] already`,
        'Give it another id.',
      )
  }
}

function checkStepName(id: string, steps: ReadonlySet<string>, path: DocumentPath, problems: Problems): void {
  if (!steps.has(id)) problems.add(path, `there is no step "${id}"`, () => didYouMean(id, steps))
}

function checkGroup(authored: AuthoredRunbook, index: number, problems: Problems): void {
  const written = authored.steps[index]?.group
  const groups = authored.groups?.map((group) => group.id) ?? []
  if (written === undefined && groups.length > 0) {
    problems.add(['steps', index], 'the step stands in no group', `Add group: one of ${groups.join(', ')}.`)
  }
  if (written !== undefined && !groups.includes(written)) {
    problems.add(['steps', index, 'group'], `there is no group "${written}"`, () =>
      didYouMean(written, groups),
    )
  }
}
