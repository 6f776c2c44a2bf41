import {
  journalJsonSchema,
  ledgerJsonSchema,
  OperatingError,
  readbackJsonSchema,
  reportJsonSchema,
  type SchemaRegistry,
  schemaRegistry,
} from '@dr-drill/runbook-core'
import { manifestJsonSchema, metadataJsonSchema, sidecarJsonSchema } from '@dr-drill/runbook-core/stemedb'
import { scenarioJsonSchema } from '@dr-drill/simulator'
import type { Register } from '../program.ts'
import { worldJsonSchema } from '../world/world-schema.ts'

/** `drill schema NAME`: the JSON Schema of a kind of file. */
export const registerSchema: Register = (program, context) => {
  const { names } = schemas()
  program
    .command('schema')
    .summary('print the JSON Schema of a kind of file, for editors')
    .description(`Prints a JSON Schema (draft 2020-12). Kinds: ${names.join(', ')}.`)
    .argument('<NAME>', 'kind of file')
    .addHelpText('after', '\nExample:\n  ./drill schema runbook > runbook.schema.json')
    .action((name: string) => {
      const schema = schemas().get(name)
      if (schema === null) {
        throw new OperatingError('usage-invalid', `there is no schema ${name}`, {
          subject: name,
          hint: `One of: ${names.join(', ')}.`,
        })
      }
      context.terminal.out(`${JSON.stringify(schema, null, 2)}\n`)
    })
}

function schemas(): SchemaRegistry {
  return schemaRegistry()
    .register('journal', journalJsonSchema)
    .register('ledger', ledgerJsonSchema)
    .register('manifest', manifestJsonSchema)
    .register('metadata', metadataJsonSchema)
    .register('readback', readbackJsonSchema)
    .register('report', reportJsonSchema)
    .register('scenario', scenarioJsonSchema)
    .register('sidecar', sidecarJsonSchema)
    .register('world', worldJsonSchema)
}
