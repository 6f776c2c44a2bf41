import { ActionRegistry, actionsFor, compileExpression } from '@dr-drill/runbook-core'
import { stemedbPack } from '@dr-drill/runbook-core/stemedb'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { bytesOf, type FuzzTarget, textOf } from '../fuzz-target.ts'
import { fixture } from './samples.ts'

const registry = new ActionRegistry(
  actionsFor(
    stemedbPack({ checksums: nativeChecksums, units: { opsCommand: ['/opt/dr-drill/bin/dr-drill', 'ops'] } }),
  ),
)

const SMALL = `kind: runbook
schemaVersion: 1
id: small
title: Small
objectives: { rto: 4h, rpo: 15m }
parameters:
  who: { type: string, default: somebody, description: Who is told. }
groups: [{ id: all, title: All }]
steps:
  - id: tell
    title: Tell
    group: all
    action: { kind: notify, with: { channel: "\${ params.who }", subject: s, body: b } }
`

/** A runbook from its text. */
export const yaml: FuzzTarget = {
  name: 'runbook-yaml',
  corpus: [
    bytesOf(SMALL),
    bytesOf(SMALL),
    bytesOf(SMALL),
    fixture('runbooks/canaries/switches-traffic-early.yaml'),
  ],
  dictionary: [
    '&a ',
    '*a',
    '<<: *a',
    '!!js/function ',
    '? ',
    '- - - ',
    '|+\n',
    '${ ',
    ' }',
    'needs: [tell]',
    'kind: run-command',
    'when: ',
    '__proto__: ',
    'constructor: ',
    '1e400',
    '.nan',
    '0x',
    '---\n',
    '%YAML 1.1\n',
  ],
  read(input) {
    const { steps } = loadRunbook(textOf(input), {
      registry,
      checksums: nativeChecksums,
      params: {},
      profile: 'local',
      file: 'fuzzed',
    })
    return `${Math.min(9, steps.length)} steps`
  },
}

const SCOPE = {
  params: { a: 1, b: 'two', c: true },
  steps: { s: { list: [1, 2, 3], text: 'x' } },
  run: { id: 'r' },
}

/** A condition: compiled, then evaluated. */
export const condition: FuzzTarget = {
  name: 'condition',
  corpus: [
    'params.a + 1 == 2',
    'size(steps.s.list) > 2 && params.b == "two"',
    'params.c ? steps.s.text : run.id',
    'steps.s.list[1] * 2 < 10 || !params.c',
    '[1, 2, 3].exists(x, x > params.a)',
    '{"a": 1}.a',
  ].map(bytesOf),
  dictionary: [
    'params.',
    'steps.s.',
    'run.id',
    'size(',
    '.map(x, ',
    '.filter(x, ',
    '.all(x, ',
    '.matches("',
    '.getHours()',
    'timestamp("',
    'duration("1s")',
    '__proto__',
    'constructor',
    '9223372036854775807',
    '-9223372036854775808',
    ' in ',
    '?',
    ':',
    '[',
    ']',
    '((',
    '))',
    '"',
    "'",
    'b"',
    'r"',
  ],
  read(input) {
    const value = compileExpression(textOf(input)).evaluate(SCOPE)
    return typeof value
  },
}
