import { z } from 'zod'
import type { Json } from '../text/json.ts'
import { compareUtf8 } from '../text/utf8.ts'
import { authoredRunbook } from './authored.ts'

/** Makes the JSON Schema (draft 2020-12) of one kind of file. */
export type SchemaSource = () => Json

/** JSON Schemas by the name of the kind: what `schema NAME` prints. */
export class SchemaRegistry {
  readonly #sources = new Map<string, SchemaSource>()

  /** Adds a kind. @throws TypeError on a second of the same name: a programmer's error */
  register(name: string, source: SchemaSource): this {
    if (this.#sources.has(name)) throw new TypeError(`a schema "${name}" is registered already`)
    this.#sources.set(name, source)
    return this
  }

  /** The schema; null when there is none of that name. */
  get(name: string): Json | null {
    return this.#sources.get(name)?.() ?? null
  }

  /** Sorted. */
  get names(): readonly string[] {
    return [...this.#sources.keys()].sort(compareUtf8)
  }
}

/** The JSON Schema of a zod schema as authors write it (before defaults). */
export function jsonSchemaOf(schema: z.ZodType, title: string): Json {
  const generated = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'ref' })
  return JSON.parse(JSON.stringify({ ...generated, title })) as Json
}

/** For editors: `# yaml-language-server: $schema=runbook.schema.json`. */
export function runbookJsonSchema(): Json {
  return jsonSchemaOf(authoredRunbook, 'Runbook')
}

/** A registry that knows the runbook; others add their kinds. */
export function schemaRegistry(): SchemaRegistry {
  return new SchemaRegistry().register('runbook', runbookJsonSchema)
}
