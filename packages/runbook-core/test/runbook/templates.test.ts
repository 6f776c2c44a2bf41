import {
  cel,
  InvalidDocumentError,
  type Json,
  literalTemplate,
  OperatingError,
  portableChecksums,
  qualify,
  resolveInput,
  runbook,
  type Scope,
  use,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hardened } from './hardened.ts'
import { toyActions, toys } from './toys.ts'

const options = { registry: toys(), checksums: portableChecksums }
const EMPTY: Scope = { params: {}, steps: {}, run: {} }

/** The template of `env`, where any text may stand. */
function templateOf(env: Readonly<Record<string, string>>) {
  const authored = hardened((steps) => {
    steps.run = { kind: 'toy-command', with: { argv: ['x'], env, effects: {} }, needs: ['select'] }
  })
  return qualify(authored, options).steps.find((step) => step.id === 'run')?.action.with
}

describe('resolving an input', () => {
  test('a literal template is its value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(resolveInput(literalTemplate(value as Json), EMPTY)).toEqual(value)
      }),
      { numRuns: 200 },
    )
  })

  test('any text without ${ stands for itself, and $${ for ${', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
        fc.pre(!`${before}x${after}`.includes('${') && !before.endsWith('$'))
        const template = templateOf({ A: `${before}$\${${after}`, B: before })
        if (template === undefined) throw new TypeError('no template')
        expect(resolveInput(template, EMPTY)).toMatchObject({ env: { A: `${before}\${${after}`, B: before } })
      }),
      { numRuns: 100 },
    )
  })

  test('an expression gives a value of any type; a missing one is an error with its place', () => {
    const template = templateOf({ A: '${ steps.select.name }' })
    if (template === undefined) throw new TypeError('no template')
    const scope = { ...EMPTY, steps: { select: { name: 'b1' } } }
    expect(resolveInput(template, scope)).toMatchObject({ env: { A: 'b1' } })
    expect(() => resolveInput(template, EMPTY)).toThrow(/env\.A: .*no step has ended that is called "select"/)
  })
})

describe('the builder', () => {
  const [preflight] = toyActions

  test('gives what YAML gives: expressions, and no trace of undefined', () => {
    const authored = runbook({
      ...hardened(),
      description: undefined,
      steps: [
        {
          id: 'look',
          title: 'Look',
          action: use(preflight as never, { freeBytesMin: cel('1 + 1') } as never),
        },
      ],
      gate: 'look',
    })
    expect(authored.steps[0]?.action).toEqual({ kind: 'toy-preflight', with: { freeBytesMin: '${ 1 + 1 }' } })
    expect(Object.keys(authored)).not.toContain('description')
    expect(qualify(authored, options).steps[0]?.line).toBeNull()
  })

  test('tells a wrong shape at once, with path and fix', () => {
    const wrong = { ...hardened(), gaet: 'look' } as never
    expect(() => runbook(wrong)).toThrow(InvalidDocumentError)
    expect(() => runbook(wrong)).toThrow(/gaet: there is no field "gaet" here \(Did you mean "gate"\?\)/)
  })

  test('an endless object is an operating error', () => {
    const endless: Record<string, unknown> = { ...hardened() }
    endless.description = endless
    expect(() => qualify(endless, options)).toThrow(OperatingError)
  })
})
