import { jsonSchemaOf, runbookJsonSchema, SchemaRegistry, schemaRegistry } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { hardened } from './hardened.ts'

type Schema = { readonly [key: string]: unknown }

/** Follows references to the definition itself. */
function resolve(root: Schema, schema: Schema): Schema {
  if (typeof schema.$ref !== 'string') return schema
  let at: unknown = root
  for (const part of schema.$ref.replace(/^#\/?/, '').split('/')) if (part !== '') at = (at as Schema)[part]
  return { ...resolve(root, at as Schema), ...schema, $ref: undefined }
}

/** Paths of a value that a schema does not describe. */
function* undescribed(root: Schema, schema: Schema, value: unknown, path = ''): Generator<string> {
  const here = resolve(root, schema)
  const branches = (here.anyOf ?? here.oneOf) as Schema[] | undefined
  if (branches !== undefined) {
    const results = branches.map((branch) => [...undescribed(root, branch, value, path)])
    if (!results.some((result) => result.length === 0)) yield* results[0] ?? [path]
    return
  }
  if (Array.isArray(value)) {
    if (here.items === undefined) yield path
    else
      for (const [index, item] of value.entries())
        yield* undescribed(root, here.items as Schema, item, `${path}[${index}]`)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const inner = (here.properties as Schema | undefined)?.[key] ?? here.additionalProperties
      if (inner === undefined || inner === false) yield `${path}.${key}`
      else if (typeof inner === 'object') yield* undescribed(root, inner as Schema, item, `${path}.${key}`)
    }
  } else if (typeof here.pattern === 'string' && typeof value === 'string') {
    if (!new RegExp(here.pattern, 'u').test(value)) yield path
  } else if (here.const !== undefined && here.const !== value) yield path
}

test('the schema for editors describes every field of a whole runbook, and nothing else', () => {
  const schema = runbookJsonSchema() as Schema
  expect(schema).toMatchObject({ title: 'Runbook', type: 'object', additionalProperties: false })
  expect([...undescribed(schema, schema, hardened())]).toEqual([])
  expect([...undescribed(schema, schema, { ...hardened(), gaet: 1 })]).toEqual(['.gaet'])
  expect([...undescribed(schema, schema, { ...hardened(), objectives: { rto: 'soon', rpo: '1m' } })]).toEqual(
    ['.objectives.rto'],
  )
})

test('other kinds of files add their schemas by name', () => {
  const registry = schemaRegistry().register('ledger', () =>
    jsonSchemaOf(z.object({ unit: z.string() }), 'Ledger'),
  )
  expect(registry.names).toEqual(['ledger', 'runbook'])
  expect(registry.get('ledger')).toMatchObject({ title: 'Ledger', properties: { unit: { type: 'string' } } })
  expect(registry.get('nothing')).toBeNull()
  expect(() => registry.register('runbook', () => null)).toThrow(TypeError)
  expect(new SchemaRegistry().names).toEqual([])
})
