import { resolve } from 'node:path'
import { type FaultRecord, OperatingError, type QualifiedRunbook } from '@dr-drill/runbook-core'
import {
  type Domain,
  type DrawnDrill,
  drawDelays,
  drawFailureAt,
  drillOfScenario,
  faultKind,
  parseFault,
  parseMoment,
  type Scenario,
} from '@dr-drill/simulator'
import type { RunRequest } from '../../targets/local/run-request.ts'
import type { Lab } from '../../targets/sim/lab.ts'
import { wholeNumber } from '../flags.ts'
import { pairs } from './pairs.ts'
import { durationOf, type RunFlags, seedOf } from './run-options.ts'

/** Records of a simulated run's production when nobody says otherwise: lived in a fraction of a second. */
const SIM_ASSERTIONS = 500

/** Flags that mean nothing in a world without a machine. */
const REAL_ONLY = [
  'world',
  'source',
  'endpoint',
  'region',
  'archiveTo',
  'ledger',
  'trustKey',
  'failureAt',
  'workDir',
  'dryRun',
  'allowHostCommands',
  'agent',
] as const satisfies readonly (keyof RunFlags)[]

/** Refuses flags that a simulated run has no use for. @throws usage-invalid */
export function refuseRealFlags(flags: RunFlags): void {
  if (flags.mode !== undefined && flags.mode !== 'rehearsal') {
    throw new OperatingError('usage-invalid', `--mode ${flags.mode} does not fit: this is a rehearsal`, {
      subject: '--mode',
    })
  }
  const given = REAL_ONLY.find((name) => flags[name] !== undefined && flags[name] !== false)
  if (given === undefined) return
  const name = `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  throw new OperatingError('usage-invalid', `${name} does not go with --target sim`, {
    subject: name,
    hint: 'A simulated run has a production, stores and a host of its own.',
  })
}

/** Refuses flags for what a scenario brings. @throws usage-invalid */
export function refuseScenarioFlags(flags: RunFlags, isGiven: (name: string) => boolean): void {
  for (const name of ['seed', 'fault', 'assertions', 'world', 'source'] as const) {
    if (flags[name] === undefined || !isGiven(name)) continue
    throw new OperatingError('usage-invalid', `--${name} and --scenario exclude each other`, {
      subject: `--${name}`,
    })
  }
}

/** What a person asked of a simulated run. @throws usage-invalid */
export function simRequest(
  flags: RunFlags,
  runbook: string,
  directory: string,
  scenario: Scenario | null,
  hasDeadline: boolean,
): RunRequest {
  const seed = scenario?.seed ?? seedOf(flags.seed)
  return {
    kind: 'run-request',
    schemaVersion: 1,
    // Part of what decides every byte: the same seed, the same journal.
    runId: `sim-${seed}`,
    target: 'sim',
    ...(scenario === null ? {} : { scenario: scenario.title }),
    runbook,
    params: { ...scenario?.params, ...pairs('--param', flags.param) },
    seed,
    mode: 'rehearsal',
    source: { kind: 'generated', assertions: assertionsOf(flags, scenario) },
    archiveTo: null,
    ledger: null,
    trustKey: null,
    failureAt: null,
    faults: scenario?.faults ?? (flags.fault ?? []).map(parseFault),
    allowHostCommands: false,
    // Virtual time costs nothing: a run is given up only when somebody says when.
    deadlineMs: hasDeadline ? durationOf('--deadline', flags.deadline) : null,
    approvals: pairs('--approve', flags.approve),
    expect: flags.expect ?? null,
    dryRun: false,
    keep: 'always',
    work: resolve(directory, 'work'),
  }
}

const assertionsOf = ({ assertions }: RunFlags, scenario: Scenario | null): number =>
  scenario?.production.assertions ??
  (assertions === undefined ? SIM_ASSERTIONS : wholeNumber('--assertions', assertions, 1, 1_000_000))

/** The drill that is performed: the scenario's, or a server lost at an instant that the seed draws. */
export function simDrill(request: RunRequest, scenario: Scenario | null, lab: Lab): DrawnDrill {
  if (scenario !== null) return drillOfScenario(scenario, lab.production)
  const { seed, faults, source } = request
  const assertions = source.kind === 'generated' ? source.assertions : null
  const production = { seed, assertions: assertions ?? SIM_ASSERTIONS }
  const failureAt = drawFailureAt(seed, lab.production(production))
  return { seed, production, failureAt, disaster: { kind: 'server', ...drawDelays(seed) }, faults }
}

/** Refuses faults and approvals at steps that the runbook does not have. @throws usage-invalid */
export function checkSteps({ faults, approvals }: RunRequest, { steps }: QualifiedRunbook): void {
  const named = [
    ...Object.keys(approvals).map((step) => ['--approve', step] as const),
    ...faults.flatMap((fault) => stepsOf(fault).map((step) => [`fault ${fault.kind}`, step] as const)),
  ]
  for (const [who, step] of named) {
    if (steps.some(({ id }) => id === step)) continue
    throw new OperatingError('usage-invalid', `${who} names the step ${step}, which does not exist`, {
      subject: who,
      hint: `Steps are ${steps.map(({ id }) => id).join(', ')}.`,
    })
  }
}

/** Steps that a fault's parameters name, in themselves or in a moment. */
function stepsOf(fault: FaultRecord): readonly string[] {
  const domains = Object.entries(faultKind(fault.kind).domains as Readonly<Record<string, Domain>>)
  return domains.flatMap(([name, { type }]) => {
    const value = String(fault.with[name])
    if (type === 'step') return value === '' ? [] : [value]
    const moment = type === 'moment' ? parseMoment(value) : null
    return moment !== null && 'step' in moment ? [moment.step] : []
  })
}
