import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { utf8Encode } from '@dr-drill/runbook-core'
import { StemedbApi } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { freshDisk, Host } from '../support.ts'

const text = readFileSync(
  fileURLToPath(new URL('../../../../../docs/stemedb-api.md', import.meta.url)),
  'utf8',
)

interface Exchange {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly status: number
  readonly answer: string
}

/** The requests and answers of the blocks marked `exchange`, in order. */
const exchanges: Exchange[] = [...text.matchAll(/^```exchange\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
  [...block!.matchAll(/^> (\w+) (\S+) ?(.*)\n< (\d+) (.*)$/gm)].map(
    ([, method, path, body, status, answer]) => ({
      method: method!,
      path: path!,
      body: body!,
      status: Number(status),
      answer: answer!,
    }),
  ),
)

/** A pattern for an answer: the text as documented, `…` any text, `"#"` any integer. */
function patternOf(answer: string): RegExp {
  const escaped = answer.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('"#"', '\\d+').replaceAll('…', '[^"]+')}$`)
}

test('the documented exchanges happen word for word', () => {
  const host = new Host(freshDisk())
  const api = new StemedbApi(host.open(), host.now, { instance: 'token-1', adminToken: 'secret' })
  expect(exchanges.length).toBeGreaterThan(12)
  for (const { method, path, body, status, answer } of exchanges) {
    const authorization = path.startsWith('/v1/admin/') ? 'Bearer secret' : null
    const request = { method, path, body: utf8Encode(body), fromLoopback: true, authorization }
    const response = host.must(api.handle(request))
    expect(`${response.status} ${response.body}`, `${method} ${path} ${body}`).toMatch(
      patternOf(`${status} ${answer}`),
    )
  }
})

test('every path that is documented in a heading exists, and no setting is left out', () => {
  for (const path of ['/v1/health', '/v1/assert', '/v1/query', '/metrics'])
    expect(text).toContain(`${path}\``)
  const source = readFileSync(
    fileURLToPath(new URL('../../../src/server/stemedb/configuration.ts', import.meta.url)),
    'utf8',
  )
  const names = new Set([...source.matchAll(/read\('([A-Z_]+)'\)/g)].map(([, name]) => name!))
  expect(names.size).toBeGreaterThan(8)
  for (const name of names) {
    if (name === 'INVOCATION_ID' || name === 'DRILL_EXIT_WITH_PARENT') continue
    expect(text, name).toContain(`\`${name}\``)
  }
})
