import type { ActionRegistry } from '../../actions/index.ts'
import type { Checksums } from '../../checksums/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { canonicalJson, canonicalJsonBytes } from '../../text/canonical-json.ts'
import { type AuthoredRunbook, authoredRunbook, RUNBOOK_SCHEMA_VERSION } from '../authored.ts'
import { buildGraph } from '../graph.ts'
import { InvalidDocumentError, type LineOf, Problems } from '../problems.ts'
import type { Protection, QualifiedParameter, QualifiedRunbook, StepGroup } from '../qualified.ts'
import { addShapeProblems } from '../shape.ts'
import { qualifyParameters } from './parameters.ts'
import { ScalarReader } from './scalars.ts'
import { qualifyStep } from './step.ts'
import { checkStructure } from './structure.ts'

/** Accuracy of systemd timers where a unit says nothing (D05). */
const TIMER_ACCURACY_MS = 60_000
/** The one group of a runbook that names none. */
const ONLY_GROUP = 'steps'

/** What a runbook is resolved against. */
export interface QualifyOptions {
  readonly registry: ActionRegistry
  readonly checksums: Checksums
  /** Explicit parameters in their human form: `{rto: '1s'}`. They win over profiles and defaults. */
  readonly params?: Readonly<Record<string, string>>
  /** The target whose parameter profiles apply: `local`. */
  readonly profile?: string
  /** For messages. */
  readonly file?: string | null
  readonly lineOf?: LineOf
}

/**
 * Resolves an authored runbook, parsed from YAML or JSON or made by the builder, into the form that engine, planner and linter
 * read. Parses once: whatever leaves here is whole.
 * @throws InvalidDocumentError (`input-invalid`) with every problem found, each with path, line and fix
 * @throws OperatingError `input-too-new` for a schema version of a later release
 */
export function qualify(document: unknown, options: QualifyOptions): QualifiedRunbook {
  const problems = new Problems(options.lineOf ?? (() => null))
  const file = options.file ?? null
  const authored = readShape(document, file, problems)
  if (authored === null) throw new InvalidDocumentError('the runbook', file, problems.list)
  const qualified = resolve(authored, options, problems)
  if (problems.list.length > 0) throw new InvalidDocumentError('the runbook', file, problems.list)
  return qualified
}

function readShape(document: unknown, file: string | null, problems: Problems): AuthoredRunbook | null {
  // Refuses what is not JSON, and nesting that would exhaust the stack of whoever walks it next.
  if (problems.try([], () => canonicalJson(document)) === null) return null
  const version = (document as { schemaVersion?: unknown } | null)?.schemaVersion
  if (typeof version === 'number' && version > RUNBOOK_SCHEMA_VERSION) {
    const message = `the runbook has schema version ${version}; this release reads up to ${RUNBOOK_SCHEMA_VERSION}`
    throw new OperatingError('input-too-new', message, file === null ? {} : { subject: file })
  }
  const shape = authoredRunbook.safeParse(document)
  if (shape.success) return shape.data
  addShapeProblems(shape.error, { schema: authoredRunbook, value: document, base: [] }, problems)
  return null
}

function resolve(authored: AuthoredRunbook, options: QualifyOptions, problems: Problems): QualifiedRunbook {
  const declared = Object.keys(authored.parameters ?? {})
  const parameters = qualifyParameters(authored, options.params ?? {}, options.profile ?? '', problems)
  const scalars = new ScalarReader(parameters, declared, problems)
  const graph = buildGraph(authored.steps.map((step) => ({ id: step.id, needs: step.needs ?? [] })))
  checkStructure(authored, graph, problems)
  const context = {
    authored,
    registry: options.registry,
    graph,
    stepsById: new Map(authored.steps.map((step) => [step.id, step])),
    stepIds: new Set(authored.steps.map((step) => step.id)),
    defaultGroup: authored.groups?.[0]?.id ?? ONLY_GROUP,
    scalars,
    parameters: new Set(declared),
    lineOf: options.lineOf ?? (() => null),
    problems,
  }
  return {
    id: authored.id,
    title: authored.title,
    file: options.file ?? null,
    objectives: {
      rtoMs: scalars.duration(authored.objectives.rto, ['objectives', 'rto'], 1),
      rpoMs: scalars.duration(authored.objectives.rpo, ['objectives', 'rpo']),
    },
    parameters,
    groups: qualifyGroups(authored, scalars),
    steps: authored.steps.map((step, index) => qualifyStep(step, index, context)),
    gate: authored.gate,
    checklist: authored.checklist ?? [],
    protection: qualifyProtection(authored.protection, scalars),
    digest: digestOf(authored, parameters, options.checksums),
  }
}

function qualifyGroups(authored: AuthoredRunbook, scalars: ScalarReader): StepGroup[] {
  if (authored.groups === undefined) return [{ id: ONLY_GROUP, title: authored.title, budgetMs: null }]
  return authored.groups.map(({ id, title, budget }, index) => ({
    id,
    title,
    budgetMs: budget === undefined ? null : scalars.duration(budget, ['groups', index, 'budget'], 1),
  }))
}

function qualifyProtection(authored: AuthoredRunbook['protection'], scalars: ScalarReader): Protection {
  const { archiveAccuracy } = authored
  return {
    backupIntervalMs: scalars.duration(authored.backupInterval, ['protection', 'backupInterval'], 1),
    archiveIntervalMs: scalars.duration(authored.archiveInterval, ['protection', 'archiveInterval'], 1),
    archiveAccuracyMs:
      archiveAccuracy === undefined
        ? TIMER_ACCURACY_MS
        : scalars.duration(archiveAccuracy, ['protection', 'archiveAccuracy']),
    archiveDurationMs: scalars.duration(authored.archiveDuration, ['protection', 'archiveDuration']),
    rotatesEachCycle: authored.rotatesEachCycle,
  }
}

function digestOf(
  authored: AuthoredRunbook,
  parameters: readonly QualifiedParameter[],
  checksums: Checksums,
): string {
  const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]))
  return checksums.sha256Hex(canonicalJsonBytes({ runbook: authored, parameters: values }))
}
