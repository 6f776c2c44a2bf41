import {
  ActionRegistry,
  type AuthoredRunbook,
  type Finding,
  failsOn,
  lint,
  lintJson,
  lintSarif,
  lintText,
  portableChecksums,
  qualify,
  RULES,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { authoredRunbooks } from '../runbook/arbitraries.ts'
import { asWritten } from '../runbook/as-written.ts'
import { hardened } from '../runbook/hardened.ts'
import { toyActions, toys } from '../runbook/toys.ts'

const registry = toys()
const lintOf = (authored: AuthoredRunbook) =>
  lint(qualify(authored, { registry, checksums: portableChecksums, file: 'r.yaml' }), registry)

type Steps = Parameters<NonNullable<Parameters<typeof hardened>[0]>>[0]
type Damage = (steps: Steps) => void
const found = (change: Damage, rest: Partial<AuthoredRunbook> = {}) =>
  lintOf({ ...hardened(change), ...rest })
const keys = (findings: readonly Finding[]) => findings.map(({ rule, step }) => `${rule} ${step ?? '-'}`)

/** A command step in front of `start`. */
const command =
  (input: Record<string, unknown>): Damage =>
  (steps) => {
    steps.run = {
      kind: 'toy-command',
      with: { effects: {}, ...input },
      needs: ['look'],
    }
    if (steps.look?.with !== undefined) steps.look.with.programs = [String((input.argv as string[])[0])]
  }
const needs =
  (id: string, ...ids: string[]): Damage =>
  (steps) => {
    const step = steps[id]
    if (step !== undefined) steps[id] = { ...step, needs: ids }
  }
const change =
  (id: string, input: Record<string, unknown>): Damage =>
  (steps) => {
    const step = steps[id]
    if (step !== undefined) steps[id] = { ...step, with: { ...step.with, ...input } }
  }

test('a sound runbook has no finding at all', () => {
  expect(lintOf(hardened())).toEqual([])
})

describe('each rule finds its defect in an otherwise sound runbook', () => {
  test.each<[string, Damage]>([
    ['DR004 install', needs('install')],
    ['DR005 fetch', change('look', { freeBytesMin: 0 })],
    ['DR006 start', needs('select', 'look')],
    [
      'DR007 fetch',
      (steps) => {
        change('fetch', { name: 'newest' })(steps)
        needs('fetch', 'fence')(steps)
      },
    ],
    [
      'DR008 place',
      (steps) => {
        needs('place', 'fetch', 'fetch-log')(steps)
        change('count', { expected: 3 })(steps)
      },
    ],
    [
      'DR008 place',
      (steps) => {
        needs('verify', 'fetch')(steps)
        needs('place', 'verify', 'fetch-log')(steps)
      },
    ],
    ['DR009 start', needs('start', 'install', 'configure', 'verify')],
    ['DR010 traffic', needs('timers', 'probe')],
    ['DR011 traffic', needs('backup', 'gate')],
    ['DR012 traffic', needs('traffic', 'timers')],
    ['DR013 configure', change('configure', { set: { ADDRESS: '0.0.0.0:18180' } })],
    ['DR013 start', change('configure', { set: { ADDRESS: 'recovery-host:18180' } })],
    ['DR014 place', change('place', { from: '/var/lib/other' })],
    ['DR014 place', change('place', { from: '/srv' })],
    [
      'DR014 run',
      command({ argv: ['x'], effects: { destroys: ['store:source'] }, alreadyDone: { argv: ['x'] } }),
    ],
    [
      'DR015 probe',
      (steps) => {
        needs('gate', 'count')(steps)
      },
    ],
    [
      'DR016 gate',
      (steps) => {
        change('gate', { facts: {} })(steps)
        needs('gate', 'start')(steps)
      },
    ],
    ['DR017 gate', change('count', { expected: 3 })],
    ['DR018 gate', needs('gate', 'count')],
    [
      'DR019 count',
      (steps) => {
        needs('probe', 'start')(steps)
        needs('gate', 'probe', 'count')(steps)
      },
    ],
    ['DR020 run', command({ argv: ['x'], effects: undefined, alreadyDone: { argv: ['x'] } })],
    ['DR021 run', command({ argv: ['bash', '-c', 'true'] })],
    [
      'DR022 run',
      (steps) => {
        command({ argv: ['sh', '-c', '${ "echo " + steps.select.name }'] })(steps)
        needs('run', 'select')(steps)
      },
    ],
    ['DR023 run', command({ argv: ['x'], expectExit: 'any' })],
    ['DR024 place', change('place', { mode: '0755' })],
    ['DR026 start', (steps) => void Object.assign(steps.start ?? {}, { timeout: '5h' })],
    [
      'DR027 start',
      (steps) => void Object.assign(steps.start ?? {}, { timeout: '1h', retry: { attempts: 5 } }),
    ],
    ['DR028 run', command({ argv: ['x'], effects: { writes: ['dns:notes'] }, alreadyDone: { argv: ['x'] } })],
    ['DR030 start', needs('start', 'place', 'configure')],
    ['DR031 timers', change('install', { units: ['notes.service'] })],
    ['DR032 start', change('timers', { names: ['backup.timer'] })],
    ['DR034 traffic', needs('client', 'backup')],
    ['DR035 start', change('look', { stopped: [] })],
    ['DR036 run', command({ argv: ['x'], effects: { writes: ['path:/srv/a'] } })],
    ['DR037 run', command({ argv: ['x'], env: { S3_SECRET_KEY: 'hunter2' } })],
    ['DR038 run', command({ argv: ['chmod', '-R', '755', '/srv'] })],
    [
      'DR039 run',
      (steps) => {
        command({ argv: ['x'] })(steps)
        change('look', { programs: ['jq'] })(steps)
      },
    ],
    ['DR041 backup', change('backup', { store: 'source' })],
    ['DR045 tell', change('tell', { patienceMs: 600_000 })],
    ['DR043 select', needs('select', 'look')],
    ['DR044 fetch', (steps) => void Object.assign(steps.fetch ?? {}, { estimate: '30m' })],
    ['DR042 fetch', change('fetch', { into: '/tmp/incoming' })],
  ])('%s', (expected, damage) => {
    expect(keys(found(damage))).toContain(expected)
  })

  test.each<[string, string, string]>([
    ['DR025 place', 'toy-place', 'owner'],
    ['DR029 install', 'toy-install', 'pins-digest'],
    ['DR033 place', 'toy-select', 'verifies-authenticity'],
    ['DR040 fetch', 'toy-fetch', 'falls-back'],
  ])('%s: when %s lacks %s', (expected, kind, lacking) => {
    const poorer = toyActions.map((action) =>
      action.kind === kind
        ? { ...action, traits: action.traits.filter((trait) => trait !== lacking) }
        : action,
    )
    const damage = expected.startsWith('DR025') ? change('place', { owner: undefined }) : () => {}
    const poor = new ActionRegistry(poorer)
    expect(
      keys(lint(qualify(hardened(damage), { registry: poor, checksums: portableChecksums }), poor)),
    ).toContain(expected)
  })

  test('DR001 to DR003: budgets and protection', () => {
    const { protection } = hardened()
    const groups = [{ id: 'all', title: 'All', budget: '5h' }]
    const steps = hardened().steps.map((step) => ({ ...step, group: 'all' }))
    expect(keys(found(() => {}, { groups, steps }))).toContain('DR001 -')
    expect(keys(found(() => {}, { protection: { ...protection, rotatesEachCycle: false } }))).toEqual([
      'DR002 -',
    ])
    const [finding] = found(() => {}, { protection: { ...protection, archiveInterval: '15m' } })
    expect(finding).toMatchObject({
      rule: 'DR003',
      severity: 'warning',
      defect: 'D05',
      fix: 'Archive every 12m at most.',
    })
  })

  test('a guard that a condition may skip is none, unless the guarded step has the same condition', () => {
    const conditional =
      (id: string): Damage =>
      (steps) => {
        const step = steps[id]
        if (step !== undefined) steps[id] = { ...step, when: 'run.mode == "drill"' }
      }
    expect(keys(found(conditional('fence')))).toContain('DR006 start')
    expect(keys(found(conditional('verify')))).toContain('DR008 place')
    const both = found((steps) => {
      conditional('backup')(steps)
      conditional('traffic')(steps)
    })
    expect(keys(both)).not.toContain('DR012 traffic')
  })
})

describe('the procedure as written', () => {
  const findings = lintOf(asWritten())
  const defects = [...new Set(findings.map((finding) => finding.defect))].sort()

  test('its defects are named by a static reading of its commands and its graph', () => {
    expect(defects).toEqual(
      expect.arrayContaining(
        'D01 D05 D11 D12 D13 D14 D15 D20 D21 D24 D26 D27 D30 D32 D33 D34 D38 D40 D41 D44 D45 D48 D49 D51 D53 D54 D55 D56 D58 D64 D65 D94 D95 D98 D100 D101'.split(
          ' ',
        ),
      ),
    )
    expect(failsOn(findings, 'error')).toBe(true)
  })

  test('every line of the output stands for one', () => {
    const text = lintText(findings)
    expect(text).toContain('r.yaml: error DR001 (D01): the budgets claim 4h15m, the RTO is 4h: over by 15m')
    expect(text.trimEnd().split('\n')).toHaveLength(2 * findings.length + 1)
    expect(lintJson(findings)).toEqual({ schemaVersion: 1, findings })
  })

  test('SARIF names every rule once and refers to nothing else', () => {
    const sarif = lintSarif(findings, '1.2.3') as {
      runs: [{ tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string }[] }]
    }
    const [run] = sarif.runs
    const ids = run.tool.driver.rules.map((rule) => rule.id)
    expect(ids).toEqual(RULES.map((rule) => rule.id))
    expect(run.results).toHaveLength(findings.length)
    for (const result of run.results) expect(ids).toContain(result.ruleId)
  })
})

test('ids are stable: DR001 upwards without a gap, each for a defect of the table', () => {
  expect(RULES.map((rule) => rule.id)).toEqual(
    RULES.map((_, index) => `DR${String(index + 1).padStart(3, '0')}`),
  )
  for (const { defect } of RULES) expect(defect).toMatch(/^D(0[1-9]|[1-9]\d|10[0-3])$/)
  expect(new Set(RULES.map((rule) => rule.name)).size).toBe(RULES.length)
})

test('any runbook is read; findings come by severity, and fail at their own and at weaker levels', () => {
  const rank = { error: 0, warning: 1, info: 2 }
  fc.assert(
    fc.property(authoredRunbooks, (authored) => {
      const findings = lintOf(authored)
      const ranks = findings.map((finding) => rank[finding.severity])
      expect(ranks).toEqual([...ranks].sort())
      for (const level of ['error', 'warning', 'info'] as const) {
        expect(failsOn(findings, level)).toBe(
          findings.some((finding) => rank[finding.severity] <= rank[level]),
        )
      }
    }),
    { numRuns: 40 },
  )
})
