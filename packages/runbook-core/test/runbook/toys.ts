import {
  type ActionDefinition,
  ActionRegistry,
  type AnyAction,
  defineAction,
  type Trait,
} from '@dr-drill/runbook-core'
import { z } from 'zod'

const none = { reads: [], writes: [], destroys: [], exposes: [] }
const text = z.string().min(1)
const path = z.string().startsWith('/')

function toy<I, O>(
  definition: Pick<ActionDefinition<I, O>, 'kind' | 'input' | 'output' | 'effects'> &
    Partial<ActionDefinition<I, O>>,
  ...traits: Trait[]
): ActionDefinition<I, O> {
  return defineAction({
    summary: 'A toy that does nothing but has every declaration a reader of runbooks looks at.',
    capabilities: { required: [], optional: [] },
    ports: [],
    traits,
    estimate: () => ({ bestMs: 1_000, likelyMs: 2_000, worstMs: 4_000 }),
    *run() {
      return {} as O
    },
    ...definition,
  })
}

const preflight = toy(
  {
    kind: 'toy-preflight',
    input: z.strictObject({
      freeBytesMin: z.int().min(0).default(0),
      stopped: z.array(text).default([]),
      programs: z.array(text).default([]),
    }) as z.ZodType<{ freeBytesMin: number; stopped: string[]; programs: string[] }>,
    output: z.object({ freeBytes: z.int() }),
    effects: () => none,
  },
  'preflight',
)
const fence = toy(
  {
    kind: 'toy-fence',
    input: z.strictObject({ host: text }),
    output: z.object({ proof: z.string() }),
    effects: ({ host }) => ({ ...none, writes: [`host:${host}`] }),
    capabilities: { required: [], optional: ['traffic'] },
  },
  'fences',
)
const select = toy(
  {
    kind: 'toy-select',
    input: z.strictObject({ store: text }),
    output: z.object({ name: z.string(), records: z.int() }),
    effects: ({ store }) => ({ ...none, reads: [`store:${store}`] }),
    ports: ['ObjectStore'],
  },
  'selects',
  'verifies-authenticity',
)
const fetch = toy(
  {
    kind: 'toy-fetch',
    input: z.strictObject({ store: text, name: text, into: path }),
    output: z.object({ files: z.array(z.object({ at: z.string(), bytes: z.int() })) }),
    effects: ({ store, into }) => ({ ...none, reads: [`store:${store}`], writes: [`path:${into}`] }),
  },
  'fetches',
  'falls-back',
)
const verify = toy(
  {
    kind: 'toy-verify',
    input: z.strictObject({ files: z.array(z.object({ at: z.string(), bytes: z.int() })) }),
    output: z.object({ records: z.int() }),
    effects: ({ files }) => ({ ...none, reads: files.map(({ at }) => `path:${at}` as const) }),
  },
  'verifies',
)
const place = toy(
  {
    kind: 'toy-place',
    input: z.strictObject({
      backup: text,
      root: path,
      from: path.optional(),
      owner: text.optional(),
      mode: z.string().regex(/^0[0-7]{3}$/),
    }) as unknown as z.ZodType<{ backup: string; root: string; from?: string; owner?: string; mode: string }>,
    output: z.object({ files: z.int(), tookMs: z.int() }),
    effects: ({ root, from }) => ({
      ...none,
      writes: [`path:${root}`],
      destroys: from === undefined ? [] : [`path:${from}`],
    }),
    capabilities: { required: [], optional: ['chown'] },
    *undo() {},
  },
  'places',
)
const configure = toy(
  {
    kind: 'toy-configure',
    input: z.strictObject({ path, set: z.record(z.string(), z.string()) }),
    output: z.object({}),
    effects: ({ path: at }) => ({ ...none, writes: [`path:${at}`] }),
  },
  'configures',
)
const install = toy(
  {
    kind: 'toy-install',
    input: z.strictObject({ store: text, sha256: text, units: z.array(text) }),
    output: z.object({}),
    effects: ({ store, units }) => ({
      ...none,
      reads: [`store:${store}`],
      writes: units.map((unit) => `service:${unit}` as const),
    }),
  },
  'installs',
  'pins-digest',
)
const start = toy(
  {
    kind: 'toy-start',
    input: z.strictObject({ service: text }),
    output: z.object({ invocation: z.string() }),
    effects: ({ service }) => ({ ...none, writes: [`service:${service}`] }),
    capabilities: { required: ['service-manager'], optional: [] },
  },
  'starts',
)
const check = toy(
  {
    kind: 'toy-check',
    input: z.strictObject({ expected: z.int() }),
    output: z.object({ counted: z.int() }),
    effects: () => ({ ...none, reads: ['service:notes.service'] }),
  },
  'validates',
)
const probe = toy(
  {
    kind: 'toy-probe',
    input: z.strictObject({}),
    output: z.object({ key: z.string() }),
    effects: () => ({ ...none, writes: ['service:notes.service'] }),
  },
  'validates',
  'probes-by-writing',
)
const gate = toy(
  {
    kind: 'toy-gate',
    input: z.strictObject({ facts: z.record(z.string(), z.boolean()) }),
    output: z.object({}),
    effects: () => none,
  },
  'gate',
  'validates',
)
const timers = toy(
  {
    kind: 'toy-timers',
    input: z.strictObject({ names: z.array(text) }),
    output: z.object({}),
    effects: ({ names }) => ({ ...none, writes: names.map((name) => `service:${name}` as const) }),
  },
  'protects',
)
const backup = toy(
  {
    kind: 'toy-backup',
    input: z.strictObject({ store: text }),
    output: z.object({}),
    effects: ({ store }) => ({ ...none, reads: [`store:${store}`], writes: [`store:${store}`] }),
  },
  'protects',
)
const traffic = toy(
  {
    kind: 'toy-traffic',
    input: z.strictObject({ pool: text }),
    output: z.object({}),
    effects: ({ pool }) => ({ ...none, writes: [`traffic:${pool}`], exposes: [`traffic:${pool}`] }),
  },
  'exposes',
)
const client = toy(
  {
    kind: 'toy-client',
    input: z.strictObject({}),
    output: z.object({}),
    effects: () => ({ ...none, reads: ['endpoint:notes'] }),
  },
  'answers-clients',
)
const tell = toy(
  {
    kind: 'toy-tell',
    input: z.strictObject({ text: z.string(), patienceMs: z.int().optional() }) as z.ZodType<{
      text: string
    }>,
    output: z.object({}),
    effects: () => ({ ...none, exposes: ['people:oncall'] }),
  },
  'notifies',
)
const resources = z.array(z.string()).default([])
const command = toy(
  {
    kind: 'toy-command',
    input: z.strictObject({
      argv: z.array(z.string()).min(1),
      stdin: z.string().optional(),
      expectExit: z.union([z.array(z.int()), z.literal('any')]).default([0]),
      alreadyDone: z.strictObject({ argv: z.array(z.string()) }).optional(),
      env: z.record(z.string(), z.string()).default({}),
      effects: z
        .strictObject({ reads: resources, writes: resources, destroys: resources, exposes: resources })
        .optional(),
      // biome-ignore lint/suspicious/noExplicitAny: a toy's input
    }) as unknown as z.ZodType<any>,
    output: z.object({ stdout: z.json() }) as unknown as z.ZodType<{ stdout: null }>,
    effects: (input) => input.effects ?? { ...none, writes: ['unknown:anything'] },
    capabilities: { required: ['commands'], optional: [] },
  },
  'runs-commands',
)

/** Toys of every trait. */
export const toyActions: readonly AnyAction[] = [
  preflight,
  fence,
  select,
  fetch,
  verify,
  place,
  configure,
  install,
  start,
  check,
  probe,
  gate,
  timers,
  backup,
  traffic,
  client,
  tell,
  command,
]

export const toys = (): ActionRegistry => new ActionRegistry(toyActions)
