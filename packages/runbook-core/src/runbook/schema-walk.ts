import type { z } from 'zod'
import type { Json } from '../text/json.ts'
import type { DocumentPath } from './problems.ts'

/** The parts of a zod definition that are read here. */
interface Definition {
  readonly type: string
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly getter?: () => z.ZodType
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly catchall?: z.ZodType
  readonly element?: z.ZodType
  readonly valueType?: z.ZodType
  readonly items?: readonly z.ZodType[]
  readonly options?: readonly z.ZodType[]
  readonly entries?: Readonly<Record<string, string | number>>
  readonly values?: readonly unknown[]
  readonly defaultValue?: unknown
}

const definitionOf = (schema: z.ZodType): Definition => schema.def as unknown as Definition

/** Below wrappers such as optional, default, readonly and pipe. */
export function unwrapSchema(schema: z.ZodType): z.ZodType {
  let at = schema
  for (let depth = 0; depth < 32; depth += 1) {
    const definition = definitionOf(at)
    const inner =
      definition.type === 'pipe'
        ? definition.in
        : definition.type === 'lazy'
          ? definition.getter?.()
          : definition.innerType
    if (inner === undefined) return at
    at = inner
  }
  return at
}

/** The schemas that a value at `path` may have to satisfy: several where unions branch. */
export function schemasAt(schema: z.ZodType, path: DocumentPath): readonly z.ZodType[] {
  let level = branchesOf(schema)
  for (const part of path) level = level.flatMap((item) => childOf(item, part)).flatMap(branchesOf)
  return level
}

function branchesOf(schema: z.ZodType): readonly z.ZodType[] {
  const inner = unwrapSchema(schema)
  const { options } = definitionOf(inner)
  return options === undefined ? [inner] : options.flatMap(branchesOf)
}

function childOf(schema: z.ZodType, part: string | number): readonly z.ZodType[] {
  const definition = definitionOf(schema)
  const child =
    definition.type === 'object' && Object.hasOwn(definition.shape ?? {}, part)
      ? definition.shape?.[part as string]
      : definition.type === 'tuple'
        ? definition.items?.[part as number]
        : definition.type === 'array'
          ? definition.element
          : definition.valueType
  return child === undefined ? [] : [child]
}

/** Keys that an object at `path` may have. */
export function keysAt(schema: z.ZodType, path: DocumentPath): readonly string[] {
  return schemasAt(schema, path).flatMap((item) => Object.keys(definitionOf(item).shape ?? {}))
}

/** Keys of an object schema that admits no others; null when any key may be there. */
export function closedKeysOf(schema: z.ZodType): readonly string[] | null {
  const definition = definitionOf(unwrapSchema(schema))
  if (definition.type !== 'object') return null
  if (definition.catchall !== undefined && definitionOf(definition.catchall).type !== 'never') return null
  return Object.keys(definition.shape ?? {})
}

/** A value of the schema's type that stands for one not known yet; texts are `label`. */
export function sampleOf(schema: z.ZodType | undefined, label: string): Json {
  if (schema === undefined) return label
  const [branch] = branchesOf(schema)
  const definition = definitionOf(branch ?? schema)
  switch (definition.type) {
    case 'number':
    case 'int':
      return 0
    case 'boolean':
      return false
    case 'null':
      return null
    case 'array':
      return []
    case 'tuple':
      return (definition.items ?? []).map((item) => sampleOf(item, label))
    case 'record':
      return {}
    case 'enum':
      return Object.values(definition.entries ?? {})[0] ?? label
    case 'literal':
      return (definition.values?.[0] ?? null) as Json
    case 'object':
      return sampleObject(definition.shape ?? {}, label)
    default:
      return label
  }
}

function sampleObject(shape: Readonly<Record<string, z.ZodType>>, label: string): Json {
  const required = Object.entries(shape).filter(([, item]) => definitionOf(item).type !== 'optional')
  return Object.fromEntries(required.map(([key, item]) => [key, sampleOf(item, `${label}.${key}`)]))
}

/** The value with the defaults of missing keys, for one that does not satisfy the schema otherwise. */
export function withDefaults(schema: z.ZodType, value: Json): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const shape = definitionOf(unwrapSchema(schema)).shape ?? {}
  const filled: Record<string, Json> = { ...(value as Record<string, Json>) }
  for (const [key, item] of Object.entries(shape)) {
    const given = filled[key]
    if (given !== undefined) filled[key] = withDefaults(item, given)
    else if (definitionOf(item).type === 'default') filled[key] = definitionOf(item).defaultValue as Json
  }
  return filled
}
