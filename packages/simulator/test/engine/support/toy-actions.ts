import {
  ActionRegistry,
  attempt,
  type Discharge,
  defineAction,
  FileSystem,
  Obligations,
  type Task,
  utf8Decode,
  utf8Encode,
} from '@dr-drill/runbook-core'
import { z } from 'zod'

const CHUNK = 300
const estimate = () => ({ bestMs: 1, likelyMs: 1, worstMs: 1 })
const none = { reads: [], writes: [], destroys: [], exposes: [] }
const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/'

function* readText(path: string): Task<string | null> {
  const stat = yield* FileSystem.stat({ path })
  if (stat === null) return null
  return utf8Decode(yield* FileSystem.read({ path, offset: 0, length: stat.sizeBytes }))
}

const textOf = (seed: string, length: number) => seed.repeat(Math.ceil(length / seed.length)).slice(0, length)

/** Places a text in a file: temporary name, streamed in chunks, fsync, rename, fsync of the directory. */
export const place = defineAction({
  kind: 'place',
  summary: 'places a text',
  input: z.object({ path: z.string(), seed: z.string(), length: z.number() }),
  output: z.object({ sizeBytes: z.number(), seed: z.string() }),
  effects: ({ path }) => ({ ...none, writes: [`path:${parentOf(path)}` as const] }),
  capabilities: { required: [], optional: [] },
  ports: ['FileSystem'],
  traits: [],
  estimate,
  *run({ path, seed, length }) {
    const temporary = `${path}.part`
    const text = textOf(seed, length)
    yield* FileSystem.makeDirectory({ path: parentOf(path), mode: 0o755 })
    yield* FileSystem.syncDirectory({ path: parentOf(parentOf(path)) })
    yield* FileSystem.remove({ path: temporary })
    yield* FileSystem.create({ path: temporary, mode: 0o640 })
    for (let offset = 0; offset < length; offset += CHUNK) {
      const bytes = utf8Encode(text.slice(offset, offset + CHUNK))
      yield* FileSystem.write({ path: temporary, offset, bytes })
    }
    yield* FileSystem.sync({ path: temporary })
    yield* FileSystem.rename({ from: temporary, to: path })
    yield* FileSystem.syncDirectory({ path: parentOf(path) })
    return { sizeBytes: length, seed }
  },
})

/** Joins files into one; its output tells what it read. */
export const merge = defineAction({
  kind: 'merge',
  summary: 'joins files',
  input: z.object({ from: z.array(z.string()), to: z.string(), note: z.string() }),
  output: z.object({ sizeBytes: z.number(), note: z.string() }),
  effects: ({ to }) => ({ ...none, writes: [`path:${to}` as const] }),
  capabilities: { required: [], optional: [] },
  ports: ['FileSystem'],
  traits: [],
  estimate,
  *run({ from, to, note }) {
    let text = `${note}\n`
    for (const path of from) text += (yield* readText(path)) ?? '(missing)'
    if ((yield* FileSystem.stat({ path: to })) === null) yield* FileSystem.create({ path: to, mode: 0o644 })
    yield* FileSystem.truncate({ path: to, sizeBytes: 0 })
    yield* FileSystem.write({ path: to, offset: 0, bytes: utf8Encode(text) })
    yield* FileSystem.sync({ path: to })
    yield* FileSystem.syncDirectory({ path: parentOf(to) })
    return { sizeBytes: text.length, note }
  },
})

const lockInput = z.object({ path: z.string() })
const lockOf = (path: string) => ({
  id: `lock:${path}`,
  kind: 'lock',
  subject: { path },
  release: 'on-interrupt' as const,
})

const unlockPath: Discharge = function* ({ path }) {
  yield* FileSystem.remove({ path: String(path) })
  yield* FileSystem.syncDirectory({ path: parentOf(String(path)) })
}

/** Takes a lock that outlives the step: a file, owed until `unlock`. */
export const lock = defineAction({
  kind: 'lock',
  summary: 'takes a lock',
  input: lockInput,
  output: z.object({ path: z.string() }),
  effects: ({ path }) => ({ ...none, writes: [`path:${path}` as const] }),
  capabilities: { required: [], optional: [] },
  ports: ['FileSystem'],
  traits: [],
  estimate,
  *run({ path }) {
    yield* Obligations.take(lockOf(path))
    yield* attempt(FileSystem.create({ path, mode: 0o600 }))
    yield* FileSystem.sync({ path })
    yield* FileSystem.syncDirectory({ path: parentOf(path) })
    return { path }
  },
})

export const unlock = defineAction({
  kind: 'unlock',
  summary: 'gives a lock back',
  input: lockInput,
  output: z.object({ path: z.string() }),
  effects: ({ path }) => ({ ...none, destroys: [`path:${path}` as const] }),
  capabilities: { required: [], optional: [] },
  ports: ['FileSystem'],
  traits: [],
  estimate,
  *run({ path }) {
    yield* unlockPath({ path })
    yield* Obligations.discharged({ id: lockOf(path).id })
    return { path }
  },
})

export const toyRegistry = () => new ActionRegistry([place, merge, lock, unlock])
export const toyDischarges: Readonly<Record<string, Discharge>> = { lock: unlockPath }
