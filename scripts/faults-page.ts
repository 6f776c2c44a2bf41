import { readFileSync, writeFileSync } from 'node:fs'
import { type AnyFault, FAULTS, type Struck } from '@dr-drill/simulator'

/** Where faults strike, in the order in which a drill meets it, each with what belongs there. */
const GROUPS: readonly (readonly [Struck, string])[] = [
  ['stored-objects', 'Bytes at rest in the source. They stay as they are when the trouble is over.'],
  ['store-requests', 'Answers of a store.'],
  ['network', 'Links between the recovery host and what it needs.'],
  ['host', 'The recovery host: disk, clock, services, power.'],
  ['placed-files', 'What the run has just put in place.'],
  ['runner', 'The process that runs the drill.'],
  ['old-primary', 'The host that served before.'],
  ['surroundings', 'Names, balancer, monitoring, people.'],
]

const HEAD = `# Faults

\`./drill run RUNBOOK --fault KIND[:name=value,...]\` lets something go wrong while a drill runs: bytes at rest are changed, connections
are reset, files lose their owner, power fails. The flag may be repeated. On \`local\` it happens for real; what a machine cannot do to
itself exists in the simulated world only. \`./drill faults\` lists the kinds with their parameters; \`--format json\` gives the same to
programs. This page is written by \`scripts/faults-page.ts\` from the same data.

## Rules

- **A fault is data.** The journal and the report carry it as \`{kind, with}\`, every parameter filled in. What is drawn (which segment,
  which byte, which file) follows \`--seed\`: the same seed strikes the same place of the same world.
- **What has another good copy must come back.** If every lost byte is still somewhere in the source, refusing is a failure of the
  drill. A segment that is damaged in every copy is no loss while the base of the backup holds what it held.
- **A fault that did not strike proves nothing.** The journal says \`fault-fired\` when it was seen to: a request met it, the service was
  tried and could not read, a damaged byte was read. A run in which a fault did not strike is inconclusive (exit 4).
- **Only what belongs to the run is damaged.** A world given by \`--world\` is copied into the run's directory first (by links, where the
  disk can); a store given by \`--source\` or \`--archive-to\` is never touched, and a fault that would need to is refused (exit 2).
- **Faults end with the steps.** Before evidence is collected everything answers as it should again; what was damaged at rest stays so.
  A resumed run meets what lasts, not what has struck already.
- **Each fault says what it excuses.** An RTO or a loss beyond the objective is a violation only beyond what the faults that fired
  excuse: so much delay, so much loss, or any.

What must come of a run, by the atlas: **recover**: it restores as if nothing had been, refusing is a failure. **refuse**: nothing is put
in place, or, with \`--param accept-loss=true\`, exactly so much is lost. **resume**: it may end early, saying so; once the trouble is over
its continuation reaches the same end. **stop**: it may end before its gate, saying so; what it made of the host is spoilt, the source is
whole. In the tables stands what holds for the parameters' defaults.

Moments of a run are written \`start\`, \`STEP/begins\`, \`STEP/ends\`, \`STEP/effect/N/before|after\` (the n-th writing effect, counted as the
journal counts: between intent and effect, or between effect and its record) and \`STEP/call/N/before|after\` (the n-th call of any port,
reads too). \`step=ID\` names a step; without it a fault takes the first that fits.

\`\`\`sh
./drill run full-restore --fault corrupt-segment:copies=all
./drill run full-restore --fault corrupt-segment:copies=all --param accept-loss=true
./drill run full-restore --fault s3-outage:seconds=endless,step=force-backup; ./drill resume last
./drill run full-restore --fault kill-runner:step=place-files,effect=3,moment=after; ./drill resume last
\`\`\`
`

const FOOT = `
## Canaries

\`fixtures/runbooks/canaries/\` holds runbooks that are wrong on purpose: one starts the service without verifying what it starts on, one
trusts the service's own record count, one lets clients in before the gate. A test runs each and sees it caught, by the verdict and by
\`lint\`. Never run one for real.
`

/** The page on faults. */
export function faultsPage(): string {
  return [
    HEAD,
    '## The atlas\n',
    `${FAULTS.length} kinds. *On*: where a kind can strike.\n`,
    ...GROUPS.map(([strikes, text]) => group(strikes, text)),
    '## Parameters\n',
    '| fault | parameter | means | values |\n| --- | --- | --- | --- |',
    ...FAULTS.flatMap(parameters),
    ...toldApart(),
    FOOT,
  ].join('\n')
}

function group(strikes: Struck, text: string): string {
  const rows = FAULTS.filter((fault) => fault.strikes === strikes).map(row)
  return `${text}\n\n| fault | does | when | on | must | because | excuses |\n| --- | --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

function row(fault: AnyFault): string {
  const usual = fault.parameters.parse({})
  const { delayMs, lossMs } = fault.excuses(usual)
  const excuses = [excuse('delay', delayMs), excuse('loss', lossMs)].filter((words) => words !== '')
  const cells = [
    `\`${fault.kind}\``,
    fault.verb,
    fault.when,
    fault.targets.join(', '),
    fault.outcome(usual),
    fault.survival,
    excuses.join(', ') || 'nothing',
  ]
  return `| ${cells.join(' | ')} |`
}

function excuse(what: string, amountMs: number | null): string {
  if (amountMs === 0) return ''
  return amountMs === null ? `any ${what}` : `${what} of ${amountMs / 1_000} s`
}

/** What `fault-scenarios.ts` found out. */
interface ToldApart {
  /** Kinds that nobody can overlook, and why. */
  readonly notOverlooked: Readonly<Record<string, string>>
  /** Pairs of which a run that overlooks nothing notices the same, and who sees the difference. */
  readonly pairs: readonly {
    readonly by: string
    readonly one: string
    readonly breaks: readonly string[]
    readonly other: string
    readonly otherBreaks: readonly string[]
  }[]
  readonly faults: readonly {
    readonly kind: string
    readonly fault: string
    readonly verdict: string
    readonly noticedBy: readonly string[]
    readonly careless: {
      readonly fault: string
      readonly by: string
      readonly breaks: readonly string[]
    } | null
  }[]
}

const APART = `
## How they are told apart

Each kind has a scenario in \`fixtures/scenarios/faults/\`, drilled with the shipped runbook; a test performs them all and sees each strike.
*Noticed by*: everything in which that run differs from runs without a fault, in classes that do not depend on which byte was struck;
what only takes longer is told when nothing failed. *Who overlooks it*: a mistake of an action, or a careless runbook, with which the
same drill ends in violated invariants that neither the fault nor the carelessness alone violates. Both are written by
\`scripts/fault-scenarios.ts\`.
`

function toldApart(): string[] {
  const told = JSON.parse(readFileSync('fixtures/faults-told-apart.json', 'utf8')) as ToldApart
  const { faults, pairs, notOverlooked } = told
  return [
    APART,
    '| fault | ends | noticed by | who overlooks it | violates |\n| --- | --- | --- | --- | --- |',
    ...faults.map(({ kind, fault, verdict, noticedBy, careless }) => {
      const noticed = noticedBy.length === 0 ? '(nothing)' : noticedBy.join('; ')
      const nobody = notOverlooked[kind] === undefined ? 'none was found' : `nobody: ${notOverlooked[kind]}`
      const who = careless === null ? nobody : `${careless.by} (\`${careless.fault}\`)`
      return `| \`${fault}\` | ${verdict} | ${noticed} | ${who} | ${careless?.breaks.join(', ') ?? ''} |`
    }),
    PAIRS,
    '| who | fault | violates | other fault | violates |\n| --- | --- | --- | --- | --- |',
    ...pairs.map(
      ({ by, one, breaks, other, otherBreaks }) =>
        `| ${by} | \`${one}\` | ${breaks.join(', ') || 'nothing'} | \`${other}\` | ${otherBreaks.join(', ') || 'nothing'} |`,
    ),
    `\n${counted(told)}`,
  ]
}

const PAIRS = `
Some kinds a careful run notices in the same way, or not at all, since nothing of what it relies on is touched. The same careless hand meets
them differently:
`

/** What was shown and what was not, said as plainly. */
function counted({ faults, pairs, notOverlooked }: ToldApart): string {
  const kindOf = (fault: string): string => fault.split(':', 1)[0] ?? ''
  const apart = new Set(
    pairs.flatMap(({ one, other }) => [`${kindOf(one)} ${kindOf(other)}`, `${kindOf(other)} ${kindOf(one)}`]),
  )
  const groups = new Map<string, string[]>()
  for (const { kind, verdict, noticedBy } of faults) {
    const sign = JSON.stringify([verdict, noticedBy])
    groups.set(sign, [...(groups.get(sign) ?? []), kind])
  }
  const alike = [...groups.values()].flatMap((kinds) =>
    kinds.flatMap((one, at) =>
      kinds
        .slice(at + 1)
        .flatMap((other) => (apart.has(`${one} ${other}`) ? [] : [`\`${one}\` and \`${other}\``])),
    ),
  )
  const names = (kinds: readonly string[]): string => kinds.map((kind) => `\`${kind}\``).join(', ') || 'none'
  const byTime = faults.filter(
    ({ noticedBy }) => noticedBy.length > 0 && noticedBy.every((one) => one.endsWith(' takes longer')),
  )
  const unbroken = faults.filter(
    ({ kind, careless }) => careless === null && notOverlooked[kind] === undefined,
  )
  const broken = faults.filter(({ careless }) => careless !== null).length
  return [
    `For ${broken} of ${faults.length} kinds overlooking them breaks an invariant.`,
    `Not shown to differ from each other: ${alike.join('; ') || 'none'}.`,
    `Noticed by time alone: ${names(byTime.map(({ kind }) => kind))}.`,
    `No drill was found in which overlooking it breaks an invariant: ${names(unbroken.map(({ kind }) => kind))}.`,
  ].join('\n')
}

function parameters({ kind, describe }: AnyFault): string[] {
  return describe.map(
    ({ name, meaning, values }) =>
      `| \`${kind}\` | \`${name}\` | ${meaning} | ${values.replaceAll('|', '\\|')} |`,
  )
}

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].split('/').at(-1) ?? '')) {
  writeFileSync('docs/faults.md', faultsPage())
}
