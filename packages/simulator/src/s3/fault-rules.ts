import { z } from 'zod'
import { S3_ERRORS, type S3ErrorCode } from './errors/index.ts'
import type { S3FaultAction, S3FaultRequest, S3FaultRule } from './faults.ts'
import { READ_OPERATIONS, type S3Operation, WRITE_OPERATIONS } from './wire/route.ts'

const operation = z.enum([...READ_OPERATIONS, ...WRITE_OPERATIONS] as [S3Operation, ...S3Operation[]])

const action = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pass') }),
  z.strictObject({
    kind: z.literal('respond'),
    code: z.enum(Object.keys(S3_ERRORS) as [S3ErrorCode, ...S3ErrorCode[]]),
  }),
  z.strictObject({ kind: z.literal('reset') }),
  z.strictObject({ kind: z.literal('truncate-body'), sizeBytes: z.int().min(0) }),
  z.strictObject({ kind: z.literal('delay'), ms: z.int().min(0) }),
  z.strictObject({ kind: z.literal('hide'), keys: z.array(z.string()) }),
])

/** A fault rule as data, so that it can be sent to a server of another process. */
export const s3RuleRecord = z.strictObject({
  /** Names the rule where its hits are told. */
  id: z.string().min(1),
  /** Null: every operation. */
  operations: z.array(operation).nullable(),
  /** Objects that a request must name; null: any. A listing names an object when its prefix covers the key. */
  keys: z.array(z.string()).nullable(),
  /** `pass` only counts. */
  action,
  /** How often it strikes per key (per rule without keys); null: whenever it applies. */
  times: z.int().min(1).nullable(),
})
/** One rule of a store as data: which requests it meets, and what it does to them. */
export type S3RuleRecord = z.infer<typeof s3RuleRecord>

/** Rules as data, in order, with a count of how often each struck. */
export class S3RuleSet {
  readonly #rules: readonly S3RuleRecord[]
  readonly #struck = new Map<string, number>()
  readonly #hits = new Map<string, number>()

  constructor(rules: readonly S3RuleRecord[]) {
    this.#rules = rules
    for (const { id } of rules) this.#hits.set(id, 0)
  }

  /** The rule to be added to a service's faults. */
  readonly rule: S3FaultRule = (request) => {
    for (const rule of this.#rules) {
      const action = this.#apply(rule, request)
      if (action !== null && action.kind !== 'pass') return action
    }
    return { kind: 'pass' }
  }

  /** How often each rule struck, by its id. */
  get hits(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#hits)
  }

  #apply(rule: S3RuleRecord, request: S3FaultRequest): S3FaultAction | null {
    const { operation: asked } = request
    if (rule.operations !== null && (asked === null || !rule.operations.includes(asked))) return null
    const named = rule.keys === null ? [''] : rule.keys.filter((key) => names(request, key))
    const due = named.filter((key) => rule.times === null || this.#count(rule, key) < rule.times)
    if (due.length === 0) return null
    for (const key of due) this.#struck.set(`${rule.id}\n${key}`, this.#count(rule, key) + 1)
    this.#hits.set(rule.id, (this.#hits.get(rule.id) ?? 0) + 1)
    return rule.action.kind === 'hide' ? { kind: 'hide', keys: due } : rule.action
  }

  #count(rule: S3RuleRecord, key: string): number {
    return this.#struck.get(`${rule.id}\n${key}`) ?? 0
  }
}

/** A listing that shows only a common prefix of the key does not name it. */
function names({ key: asked, prefix = '', delimiter = '' }: S3FaultRequest, key: string): boolean {
  if (asked !== '') return asked === key
  if (prefix === '' || !key.startsWith(prefix)) return false
  return delimiter === '' || !key.slice(prefix.length).includes(delimiter)
}
