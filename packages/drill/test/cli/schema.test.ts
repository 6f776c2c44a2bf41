import { expect, test } from 'vitest'
import { commandsFor } from '../../src/cli/commands/index.ts'
import type { CliContext } from '../../src/cli/context.ts'
import { runProgram } from '../../src/cli/program.ts'
import { describe as describeWorld } from '../../src/cli/world/write-world.ts'

type World = Parameters<typeof describeWorld>[0]

async function printed(name: string): Promise<[number, string]> {
  let out = ''
  const terminal = {
    out: (text: string) => {
      out += text
    },
    err() {},
  }
  const code = await runProgram(
    ['schema', name],
    { terminal, version: '1.2.3' } as unknown as CliContext,
    await commandsFor(['schema']),
  )
  return [code, out]
}

test.each(['journal', 'ledger', 'manifest', 'metadata', 'readback', 'report', 'runbook', 'sidecar', 'world'])(
  '%s has a schema that tells its kind and version',
  async (name) => {
    const [code, text] = await printed(name)
    expect(code).toBe(0)
    expect(JSON.parse(text)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' })
    expect(text).toContain('"schemaVersion"')
    expect(text).toMatch(/"const": "[a-z-]+"/)
  },
)

test('no other kind has one', async () => {
  expect(await printed('novel')).toEqual([2, ''])
})

test('the schema of a world names the fields of world.json, in order', async () => {
  const written = describeWorld({ startedAt: 0, failureAt: 0 } as World, { seed: 1, shiftMs: 0 })
  const { properties, required } = JSON.parse((await printed('world'))[1])
  expect(Object.keys(properties)).toEqual(Object.keys(written))
  expect(required).toEqual(Object.keys(written))
})
