import {
  type InvalidDocumentError,
  type Json,
  OperatingError,
  portableChecksums,
  qualify,
} from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { authoredRunbooks } from './arbitraries.ts'
import { toys } from './toys.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 1_000 : 60
const options = { registry: toys(), checksums: portableChecksums, file: 'r.yaml' }

/** A small sound runbook, for tests that damage one thing. */
const SOUND = `kind: runbook
schemaVersion: 1
id: small
title: Small
objectives: { rto: 1h, rpo: 15m }
parameters:
  patience: { type: duration, default: 10m, description: Patience., profiles: { local: 10s } }
  accept-loss: { type: boolean, default: false, description: Accept. }
groups:
  - { id: all, title: All, budget: 30m }
steps:
  - id: choose
    title: Choose
    group: all
    timeout: \${ params.patience }
    action: { kind: toy-select, with: { store: source } }
    capture: { twice: "\${ steps.choose.records * 2 }" }
  - id: check-it
    title: Check
    group: all
    needs: [choose]
    timeout: 1m
    action: { kind: toy-check, with: { expected: "\${ steps.choose.twice }" } }
gate: check-it
protection: { backupInterval: 6h, archiveInterval: 15m, archiveDuration: 1m, rotatesEachCycle: true }
`

/** Everything a damaged runbook is told. */
function problemsOf(text: string, params: Record<string, string> = {}): string[] {
  try {
    loadRunbook(text, { ...options, params })
  } catch (error) {
    const { problems } = error as InvalidDocumentError
    return problems.map(({ path, line, message, hint }) => `${line ?? '-'} ${path} | ${message} | ${hint}`)
  }
  return []
}

/** Replaces one piece of the sound runbook. */
function damaged(from: string, to: string): string {
  if (!SOUND.includes(from)) throw new TypeError(`nothing to replace: ${from}`)
  return SOUND.replace(from, () => to)
}

describe('what qualifies', () => {
  test('YAML, JSON and the object itself qualify to the same runbook', () => {
    fc.assert(
      fc.property(authoredRunbooks, (authored) => {
        const direct = qualify(authored, options)
        const comparable = (json: unknown) =>
          JSON.stringify(json).replaceAll(/"line":(null|\d+)/g, '"line":0')
        for (const text of [JSON.stringify(authored), stringify(authored)]) {
          const read = loadRunbook(text, options)
          expect(comparable(read)).toBe(comparable(direct))
          expect(read.digest).toBe(direct.digest)
        }
      }),
      { numRuns },
    )
  })

  test('every default is resolved', () => {
    const runbook = loadRunbook(SOUND, options)
    expect(runbook).toMatchObject({
      objectives: { rtoMs: 3_600_000, rpoMs: 900_000 },
      protection: { archiveAccuracyMs: 60_000 },
      checklist: [],
    })
    expect(runbook.steps[1]).toMatchObject({
      needs: ['choose'],
      when: null,
      undo: 'never',
      estimate: { kind: 'action' },
      retry: { attemptsMax: 1, delayMs: 1_000, delayMsMax: 30_000, codes: null },
      line: 18,
    })
  })

  test('an explicit parameter wins over the profile, the profile over the default; the digest follows the values', () => {
    const timeout = (profile: string, params = {}) => {
      const runbook = loadRunbook(SOUND, { ...options, profile, params })
      return [runbook.steps[0]?.timeoutMs, runbook.parameters[0]?.source, runbook.digest] as const
    }
    const [byDefault, byProfile, explicit] = [
      timeout('sim'),
      timeout('local'),
      timeout('local', { patience: '3s' }),
    ]
    expect([byDefault, byProfile, explicit].map(([ms, source]) => [ms, source])).toEqual([
      [600_000, 'default'],
      [10_000, 'profile'],
      [3_000, 'explicit'],
    ])
    expect(new Set([byDefault[2], byProfile[2], explicit[2]]).size).toBe(3)
  })

  test('a condition that is literally false stays one; true is none', () => {
    const step = (when: string) =>
      loadRunbook(damaged('    timeout: 1m\n', `    timeout: 1m\n    when: ${when}\n`), options).steps[1]
    expect(step('true')?.when).toBeNull()
    expect(step('false')?.when?.evaluate({ params: {}, steps: {}, run: {} })).toBe(false)
    expect(step('params.accept_loss')?.when?.params).toEqual(['accept-loss'])
  })
})

describe('what is told', () => {
  test.each<[string, string, string, string]>([
    [
      'a capture that hides an output',
      'capture: { twice:',
      'capture: { records: "1", twice:',
      '17 steps[0].capture.records | "records" is given by the action already | Give the capture another name.',
    ],
    [
      'a capture that reads another',
      'capture: { twice:',
      'capture: { more: "steps.choose.twice", twice:',
      '17 steps[0].capture.more | step "choose" gives no "twice" | ',
    ],
    ['a misspelt field', 'gate:', 'gaet:', '24 gaet | there is no field "gaet" here | Did you mean "gate"?'],
    [
      'a misspelt kind',
      'kind: toy-select',
      'kind: toy-selct',
      '16 steps[0].action.kind | there is no action "toy-selct" | Did you mean "toy-select"?',
    ],
    [
      'a misspelt need',
      'needs: [choose]',
      'needs: [chose]',
      '21 steps[1].needs[0] | there is no step "chose" | Did you mean "choose"?',
    ],
    [
      'a misspelt group',
      'group: all\n    needs',
      'group: al\n    needs',
      '20 steps[1].group | there is no group "al" | Did you mean "all"?',
    ],
    [
      'a misspelt gate',
      'gate: check-it',
      'gate: check',
      '24 gate | there is no step "check" | There are: choose, check-it.',
    ],
    [
      'a misspelt parameter',
      'params.patience',
      'params.patiense',
      '15 steps[0].timeout | "params.patiense" reads the parameter "patiense", which is not declared | Did you mean "patience"?',
    ],
    [
      'a misspelt output',
      'steps.choose.twice',
      'steps.choose.twise',
      '23 steps[1].action.with.expected | step "choose" gives no "twise" | Did you mean "twice"?',
    ],
    [
      'a duration without unit',
      'timeout: 1m',
      'timeout: 60',
      '22 steps[1].timeout | a duration is text with its unit: 30s | Write a value of type string.',
    ],
    [
      'a wrong duration',
      'timeout: 1m',
      'timeout: soon',
      '22 steps[1].timeout | a duration such as 4h, 15m30s, 500ms, PT15M, or ${ params.x } | See docs/writing-a-runbook.md for the form.',
    ],
    [
      'a joined text',
      'store: source',
      'store: "s-${ params.patience }"',
      '16 steps[0].action.with.store | an expression stands inside other text | Make the whole value one expression, "${ ... }" (texts join with +), or write $${ for a literal ${.',
    ],
    [
      'an input of the wrong type',
      'expected: "${ steps.choose.twice }"',
      'expected: many',
      '23 steps[1].action.with.expected | Invalid input: expected number, received string | Write a value of type number.',
    ],
    [
      'an input that is missing',
      'with: { store: source }',
      'with: {}',
      '16 steps[0].action.with.store | is missing | Add it: store.',
    ],
    [
      'an input that nobody knows',
      'with: { store: source }',
      'with: { store: source, stroe: x }',
      '16 steps[0].action.with.stroe | there is no field "stroe" here | Did you mean "store"?',
    ],
    [
      'an unknown input beside an expression',
      'expected: "${ steps.choose.twice }"',
      'expected: "${ steps.choose.twice }", more: 1',
      '23 steps[1].action.with.more | there is no field "more" here | There are: expected.',
    ],
    [
      'a step read before it has ended',
      'needs: [choose]',
      'needs: []',
      '23 steps[1].action.with.expected | step "choose" need not have ended before "check-it" | Add "choose" to needs, directly or through another step.',
    ],
    [
      'a cycle',
      'title: Choose\n',
      'title: Choose\n    needs: [check-it]\n',
      '14 steps[0].needs | steps wait for each other: choose needs check-it needs choose | Take one of these names out of needs.',
    ],
    [
      'a step known only at run time in a timeout',
      'timeout: 1m',
      'timeout: ${ steps.choose.records }',
      '22 steps[1].timeout | "steps.choose" is not known before the run | Read params only.',
    ],
    [
      'an expression that does not parse',
      'timeout: 1m',
      'timeout: 1m\n    when: ${ 1 + }',
      '23 steps[1].when | expression "1 +": Unexpected token: EOF | See "docs" |',
    ],
    [
      'undo of what cannot be undone',
      'timeout: 1m',
      'timeout: 1m\n    undo: on-abandon',
      '23 steps[1].undo | the action "toy-check" cannot be undone | Leave undo out.',
    ],
    [
      'no timeout anywhere',
      '    timeout: 1m\n',
      '',
      '18 steps[1] | step "check-it" has no timeout | Add timeout: 10m here, or once under defaults.',
    ],
    [
      'a wrong default',
      'default: 10m',
      'default: 10',
      '7 parameters.patience.default | 10 is not a duration | Write for example 15m30s.',
    ],
    [
      'an unknown fact',
      'timeout: 1m',
      'timeout: 1m\n    when: ${ run.mood == "drill" }',
      '23 steps[1].when | there is no "run.mood" | Did you mean "mode"?',
    ],
    [
      'an unknown error code',
      'timeout: 1m',
      'timeout: 1m\n    retry: { attempts: 2, codes: [timed-uot] }',
      '23 steps[1].retry.codes[0] | there is no error code "timed-uot" | Did you mean "timed-out"?',
    ],
    [
      'points out of order',
      'timeout: 1m',
      'timeout: 1m\n    estimate: { best: 2m, likely: 1m, worst: 3m }',
      '23 steps[1].estimate | the three points are out of order | best <= likely <= worst.',
    ],
    [
      'facts outside an estimate',
      'timeout: 1m',
      'timeout: 1m\n    when: ${ facts.records > 1 }',
      '23 steps[1].when | facts are read in estimates only | Read a step that measures it.',
    ],
  ])('%s', (name, from, to, expected) => {
    const told = problemsOf(damaged(from, to))
    if (name === 'an expression that does not parse')
      expect(told[0]).toContain('23 steps[1].when | expression "1 +"')
    else expect(told.join('\n')).toContain(expected)
  })

  test('everything at once, with the file and line of each', () => {
    const text = damaged('gate: check-it', 'gate: nowhere')
      .replace('kind: toy-check', 'kind: toy-chek')
      .replace('timeout: 1m', 'timeout: 0s')
    expect(problemsOf(text).map((line) => line.split(' | ')[0])).toEqual(
      expect.arrayContaining(['24 gate', '23 steps[1].action.kind', '22 steps[1].timeout']),
    )
    expect(() => loadRunbook(text, options)).toThrow(/r\.yaml:24: gate: there is no step "nowhere"/)
  })

  test('explicit parameters that do not exist or do not parse', () => {
    expect(problemsOf(SOUND, { patience: 'soon', 'acept-loss': 'true' })).toEqual([
      '-  | there is no parameter "acept-loss" | Did you mean "accept-loss"?',
      expect.stringContaining('"soon" is not a duration'),
    ])
  })

  test('two thousand mistakes end in the first two hundred', () => {
    const steps = Array.from({ length: 2_000 }, (_, n) => ({
      id: `step-${n}`,
      title: 'Step',
      needs: [`stpe-${n}`],
      action: { kind: 'toy-tel' },
      timeout: '1m',
    }))
    const objectives = { rto: '1h', rpo: '1m' }
    const protection = {
      backupInterval: '6h',
      archiveInterval: '1m',
      archiveDuration: '1s',
      rotatesEachCycle: true,
    }
    const document = {
      kind: 'runbook',
      schemaVersion: 1,
      id: 'x',
      title: 'X',
      objectives,
      steps,
      gate: 'g',
      protection,
    }
    try {
      qualify(document, options)
      expect.unreachable()
    } catch (error) {
      expect((error as InvalidDocumentError).problems).toHaveLength(200)
      expect((error as InvalidDocumentError).message).toContain('Did you mean "step-0"?')
    }
  })

  test('a later schema version is not read', () => {
    expect(() => loadRunbook(SOUND.replace('schemaVersion: 1', 'schemaVersion: 2'), options)).toThrow(
      expect.objectContaining({ code: 'input-too-new' }),
    )
  })
})

test('any JSON value is refused with an operating error, never a crash', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (document) => {
      expect(() => qualify(document, options)).toThrow(OperatingError)
    }),
    { numRuns: 200 },
  )
})

test('a sound runbook with any one value replaced qualifies or is refused with an operating error', () => {
  const sound = loadRunbookDocument()
  const paths = [...pathsOf(sound)]
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.oneof(fc.jsonValue(), fc.string()), (path, value) => {
      try {
        expect(qualify(replaced(sound, path, value as Json), options).id).toBeTypeOf('string')
      } catch (error) {
        expect(error).toBeInstanceOf(OperatingError)
      }
    }),
    { numRuns: process.env.DRILL_TEST_LONG === '1' ? 10_000 : 500 },
  )
})

function loadRunbookDocument(): Json {
  let seen: Json = null
  fc.sample(authoredRunbooks, { numRuns: 20, seed: 1 }).forEach((authored) => {
    if (authored.steps.length > 3) seen = JSON.parse(JSON.stringify(authored))
  })
  return seen
}

function* pathsOf(value: Json, path: (string | number)[] = []): Generator<(string | number)[]> {
  yield path
  if (value === null || typeof value !== 'object') return
  for (const [key, item] of Object.entries(value)) yield* pathsOf(item as Json, [...path, key])
}

function replaced(value: Json, path: readonly (string | number)[], by: Json): Json {
  const [key, ...rest] = path
  if (key === undefined) return by
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) }
  ;(copy as Record<string, Json>)[key] = replaced((copy as Record<string, Json>)[key] as Json, rest, by)
  return copy as Json
}
