import {
  driveSync,
  environment,
  type HttpRequest,
  type HttpResponse,
  OperatingError,
  portableChecksums,
  type ReadbackRecord,
  type Task,
} from '@dr-drill/runbook-core'
import { type Assertion, assertionDigest, stemedbReadback } from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 2000 : 60
const readback = stemedbReadback({ checksums: portableChecksums })

const assertion: fc.Arbitrary<Assertion> = fc.record({
  id: fc.string({ minLength: 1, maxLength: 10 }),
  concept_path: fc.constantFrom('test/dr', 'plant/1'),
  predicate: fc.constantFrom('reads', 'recovered'),
  value: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<never>,
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  authority_tier: fc.constant('expert'),
})

const ok = (value: unknown): HttpResponse => ({
  status: 200,
  contentType: 'application/json',
  text: JSON.stringify(value),
})

/** Runs a task against a server that answers so. */
function against<A>(server: (request: HttpRequest) => HttpResponse, task: Task<A>): A {
  const exit = driveSync(task, environment({ Http: { ask: server } }))
  if (exit?.kind === 'failure') throw exit.error
  if (exit?.kind !== 'success') throw new Error('it did not end')
  return exit.value
}

/** A server as documented, with short pages. */
function honest(stored: readonly Assertion[], pageSize: number) {
  return (request: HttpRequest): HttpResponse => {
    const { cursor } = request.body as { cursor: string | null }
    const from = Number(cursor ?? 0)
    const to = Math.min(from + pageSize, stored.length)
    const assertions = stored.slice(from, to).map((one, index) => ({
      ...one,
      position: String(from + index + 1),
      timestamp: '2026-02-11T12:00:00.000Z',
    }))
    return ok({ assertions, cursor: to < stored.length ? String(to) : null })
  }
}

function* readAll(): Task<ReadbackRecord[]> {
  const all: ReadbackRecord[] = []
  let cursor: string | null = null
  do {
    const page: { records: readonly ReadbackRecord[]; cursor: string | null } = yield* readback.page({
      endpoint: 'stemedb-api',
      cursor,
      timeoutMs: 1000,
    })
    all.push(...page.records)
    cursor = page.cursor
  } while (cursor !== null)
  return all
}

describe('readback of a StemeDB', () => {
  it('gives every record once, with the digest that its writer computed', () => {
    fc.assert(
      fc.property(
        fc.array(assertion, { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        (stored, pageSize) => {
          const expected = stored.map((one) => ({
            key: one.id,
            digest: assertionDigest(portableChecksums, one),
          }))
          expect(against(honest(stored, pageSize), readAll())).toEqual(expected)
        },
      ),
      { numRuns },
    )
  })

  it('gives another digest for any altered or missing field', () => {
    const field = fc.constantFrom('concept_path', 'predicate', 'value', 'confidence', 'authority_tier')
    fc.assert(
      fc.property(assertion, field, fc.boolean(), (one, name, missing) => {
        const altered = { ...one, [name]: missing ? undefined : 'altered' } as unknown as Assertion
        const [record] = against(honest([altered], 1), readAll())
        expect(record!.digest).not.toBe(assertionDigest(portableChecksums, one))
      }),
      { numRuns },
    )
  })

  it.each([
    ['an error', { ...ok({}), status: 503 }],
    ['a redirect', { ...ok({}), status: 301 }],
    ['no JSON', { ...ok({}), text: '<html>' }],
    ['no assertions', ok({ status: 'healthy' })],
    ['an assertion without id', ok({ assertions: [{ position: '1' }], cursor: null })],
    ['an assertion without position', ok({ assertions: [{ id: 'a' }], cursor: null })],
    [
      'positions out of order',
      ok({
        assertions: [
          { id: 'a', position: '2' },
          { id: 'b', position: '2' },
        ],
      }),
    ],
    ['a position as a number', ok({ assertions: [{ id: 'a', position: 1 }], cursor: null })],
    ['no cursor', ok({ assertions: [] })],
    ['a cursor that stays', ok({ assertions: [], cursor: '0' })],
    ['a cursor before the page', ok({ assertions: [{ id: 'a', position: '5' }], cursor: '4' })],
    [
      'a value nested without end',
      {
        ...ok({}),
        text: `{"assertions":[{"id":"a","position":"1","value":${'['.repeat(9000)}${']'.repeat(9000)}}]}`,
      },
    ],
  ])('refuses %s with a typed error', (_name, response) => {
    expect(() => against(() => response, readAll())).toThrow(
      expect.objectContaining({ code: 'response-invalid' }),
    )
  })

  it('refuses a cursor that is no position', () => {
    const page = readback.page({ endpoint: 'stemedb-api', cursor: '../1', timeoutMs: 1 })
    expect(() => against(() => ok({}), page)).toThrow(OperatingError)
  })
})
