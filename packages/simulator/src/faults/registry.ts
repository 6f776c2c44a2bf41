import { type FaultRecord, nearest, OperatingError, type Trait } from '@dr-drill/runbook-core'
import type { RandomStream } from '../kernel/index.ts'
import { type AnyFault, FAULTS } from './atlas.ts'
import { type DrawContext, drawAll } from './domains/index.ts'
import type { Excuses, FaultOutcome } from './fault-kind.ts'
import type { FaultSite } from './fault-site.ts'
import type { PlanSource } from './source-plan.ts'
import { decidedOrNull } from './strike-plan.ts'

/** The kind of that name. @throws usage-invalid, with what was probably meant */
export function faultKind(kind: string): AnyFault {
  const found = FAULTS.find((one) => one.kind === kind)
  if (found !== undefined) return found
  const names = FAULTS.map((one) => one.kind)
  throw new OperatingError('usage-invalid', `there is no fault ${kind}`, {
    subject: kind,
    hint: meantOf(kind, names),
  })
}

/** The one that was probably meant, or those that share a word with what was written; and where all of them stand. */
function meantOf(written: string, names: readonly string[]): string {
  const all = './drill faults lists all.'
  const meant = nearest(written, names)
  if (meant !== null) return `Did you mean ${meant}? ${all}`
  const words = written.split('-').filter((word) => word.length > 2)
  const near = names.filter((name) => name.split('-').some((word) => words.includes(word))).slice(0, 4)
  return near.length === 0 ? all : `Near are ${near.join(', ')}; ${all}`
}

/** Kinds that can strike a runbook whose actions have these traits, in the atlas' order. */
export const kindsFor = (traits: ReadonlySet<Trait>): readonly string[] =>
  FAULTS.filter(({ asks }) => asks === undefined || traits.has(asks)).map(({ kind }) => kind)

/** How a fault of that kind changes a source; null for kinds that strike elsewhere or at a moment of the run. */
export const sourcePlanOf = (kind: string): PlanSource<FaultRecord['with']> | null =>
  FAULTS.find((one) => one.kind === kind)?.planSource ?? null

/** What must come of a fault by the atlas. */
export const faultOutcome = (fault: FaultRecord): FaultOutcome => faultKind(fault.kind).outcome(fault.with)

/** What a fault excuses once it has fired. */
export const faultExcuses = (fault: FaultRecord): Excuses => faultKind(fault.kind).excuses(fault.with)

/** Lets a fault happen in a simulated drill, by its record. Where the world has nothing that it could strike it never does. */
export function strikeFault(fault: FaultRecord, site: FaultSite): void {
  const kind = faultKind(fault.kind)
  decidedOrNull(() => kind.strike(site, fault.with))
}

/** A fault of this kind with parameters drawn from the stream, each from one of its own. */
export function drawFault(kind: string, random: RandomStream, context: DrawContext): FaultRecord {
  return readFault({ kind, with: drawAll(faultKind(kind).domains, random, context) })
}

/** Checks a record and fills its defaults. @throws usage-invalid */
export function readFault(record: FaultRecord): FaultRecord {
  const kind = faultKind(record.kind)
  const parsed = kind.parameters.safeParse(record.with)
  if (parsed.success) return { kind: kind.kind, with: parsed.data as FaultRecord['with'] }
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') ?? ''
  throw new OperatingError(
    'usage-invalid',
    `fault ${kind.kind}: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'wrong'}`,
    { subject: kind.kind, hint: `Parameters: ${kind.describe.map(({ name }) => name).join(', ')}.` },
  )
}

/** Reads `KIND` or `KIND:name=value,...` as people write it. @throws usage-invalid */
export function parseFault(text: string): FaultRecord {
  const cut = text.indexOf(':')
  const kind = cut < 0 ? text : text.slice(0, cut)
  const given = cut < 0 ? '' : text.slice(cut + 1)
  const parameters = new Map<string, string>()
  for (const part of given === '' ? [] : given.split(',')) {
    const equals = part.indexOf('=')
    const name = part.slice(0, equals)
    if (equals <= 0 || parameters.has(name)) {
      throw new OperatingError('usage-invalid', `fault ${kind} wants name=value once each, not ${part}`, {
        subject: kind,
        hint: 'Example: --fault corrupt-segment:copies=all,segment=70',
      })
    }
    parameters.set(name, equals < 0 ? '' : part.slice(equals + 1))
  }
  return readFault({ kind, with: Object.fromEntries(parameters) })
}
