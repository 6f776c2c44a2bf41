import { ActionRegistry, defineAction } from '@dr-drill/runbook-core'
import { z } from 'zod'

const none = { reads: [], writes: [], destroys: [], exposes: [] }
const quick = { bestMs: 1_000, likelyMs: 2_000, worstMs: 4_000 }
const plain = { capabilities: { required: [], optional: [] }, ports: [] }

function* answer<O>(output: O) {
  return output
}

/** Actions that do nothing but have every declaration a reader of runbooks looks at. */
export const toyActions = [
  defineAction({
    ...plain,
    kind: 'toy-preflight',
    summary: 'Looks at the host.',
    input: z.strictObject({ freeBytesMin: z.int().min(0).default(0) }),
    output: z.object({ freeBytes: z.int() }),
    effects: () => none,
    estimate: () => quick,
    run: () => answer({ freeBytes: 1 }),
  }),
  defineAction({
    ...plain,
    kind: 'toy-select',
    summary: 'Chooses a backup.',
    input: z.strictObject({ store: z.string() }),
    output: z.object({ name: z.string(), records: z.int() }),
    effects: ({ store }) => ({ ...none, reads: [`store:${store}`] }),
    estimate: () => quick,
    run: () => answer({ name: 'backup', records: 3 }),
  }),
  defineAction({
    ...plain,
    kind: 'toy-place',
    summary: 'Puts files in place.',
    input: z.strictObject({ backup: z.string().min(1), root: z.string().startsWith('/'), mode: z.string() }),
    output: z.object({ files: z.int(), tookMs: z.int() }),
    effects: ({ root }) => ({ ...none, writes: [`path:${root}`] }),
    estimate: () => quick,
    run: () => answer({ files: 1, tookMs: 1 }),
    *undo() {},
  }),
  defineAction({
    ...plain,
    kind: 'toy-check',
    summary: 'Counts records.',
    input: z.strictObject({ expected: z.int() }),
    output: z.object({ counted: z.int() }),
    effects: () => ({ ...none, reads: ['service:notes'] }),
    estimate: () => quick,
    run: () => answer({ counted: 3 }),
  }),
  defineAction({
    ...plain,
    kind: 'toy-tell',
    summary: 'Tells people.',
    input: z.strictObject({ text: z.string() }),
    output: z.object({}),
    effects: () => ({ ...none, exposes: ['people:oncall'] }),
    estimate: () => quick,
    run: () => answer({}),
  }),
] as const

export const toys = (): ActionRegistry => new ActionRegistry(toyActions)
