import type { Checksums } from '../../checksums/index.ts'
import { type Call, Deferred, type Middleware, Settle, type Task } from '../../effects/index.ts'
import { toOperatingError } from '../../errors/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import type { Json } from '../../text/json.ts'
import { Journal } from '../executor.ts'
import { digestOf, idempotencyKey } from '../identity.ts'
import { wellFormedRecord } from '../well-formed.ts'
import { covers, type StreamUse, streamUse } from './file-streams.ts'
import { journalledInput } from './journalled-input.ts'
import type { RunLedger } from './run-ledger.ts'

/** An intent that later calls on the same path ride on. */
interface OpenStream {
  readonly ordinal: number
  /** Settled when the intent is durable, with whether it became so. */
  readonly intended: Deferred<boolean>
}

/** Whose effects are journalled, and where. */
export interface IntentOptions {
  readonly runId: string
  readonly step: string
  readonly ledger: RunLedger
  readonly checksums: Checksums
  /** Run before each intent; the first time it takes the baselines of what the action may write. */
  readonly prepare: () => Task<void>
}

/**
 * The intents of one invocation. Before every writing call its intent is durable, after it its end is journalled (durable with
 * whatever follows). Calls that stream into one file share the intent of the first; see `streamUse`.
 */
export class Intents {
  readonly #options: IntentOptions
  readonly #streams = new Map<string, OpenStream>()
  /** How often each very call was made in this attempt: the ordinal of its key. */
  readonly #equalCalls = new Map<string, number>()

  constructor(options: IntentOptions) {
    this.#options = options
  }

  /** Sees every call of the invocation. */
  readonly middleware: Middleware = (call, next) => {
    if (call.access !== 'write') return next(call)
    const use = streamUse(call)
    if (use.kind === 'barrier' && use.closes === null) return next(call)
    return this.#guard(call, next, use)
  };

  *#guard(call: Call<unknown>, next: (call: Call<unknown>) => unknown, use: StreamUse): Task<unknown> {
    const stream = use.rides === null ? undefined : this.#streams.get(use.rides)
    if (stream !== undefined && (yield* stream.intended.wait()))
      return yield* this.#ride(call, next, use, stream)
    if (use.kind === 'barrier') return yield* this.#barrier(call, next, use)
    return yield* this.#intend(call, next, use)
  }

  /** A call that an open stream's intent covers; a failure ends the stream. */
  *#ride(
    call: Call<unknown>,
    next: (call: Call<unknown>) => unknown,
    use: StreamUse,
    stream: OpenStream,
  ): Task<unknown> {
    try {
      return yield* new Settle(next(call))
    } catch (error) {
      // Of several that ride at once the first to fail ends the stream.
      if (use.rides !== null && this.#streams.get(use.rides) === stream) {
        this.#streams.delete(use.rides)
        yield* this.#ended(stream.ordinal, error)
      }
      throw error
    }
  }

  /** An fsync: it adds nothing that an intent must explain; it ends the stream into its file. */
  *#barrier(call: Call<unknown>, next: (call: Call<unknown>) => unknown, use: StreamUse): Task<unknown> {
    const result = yield* new Settle(next(call))
    yield* this.#tell(this.#endings(use.ends))
    return result
  }

  *#intend(call: Call<unknown>, next: (call: Call<unknown>) => unknown, use: StreamUse): Task<unknown> {
    const endings = this.#endings(use.ends)
    const opened = use.opens === null ? null : this.#open(use.opens)
    const ordinal = opened?.ordinal ?? this.#options.ledger.nextOrdinal(this.#options.step)
    try {
      yield* this.#options.prepare()
      const intent = this.#intent(call, ordinal, opened !== null)
      yield* Journal.append({ events: [...endings, intent], durable: true })
    } catch (error) {
      if (use.opens !== null) this.#streams.delete(use.opens)
      opened?.intended.succeed(false)
      throw error
    }
    opened?.intended.succeed(true)
    try {
      const result = yield* new Settle(next(call))
      if (opened === null) yield* this.#ended(ordinal, null)
      return result
    } catch (error) {
      if (use.opens !== null) this.#streams.delete(use.opens)
      yield* this.#ended(ordinal, error)
      throw error
    }
  }

  /** Journals the end of every stream that is still open; called when the invocation ends. */
  *close(): Task<void> {
    yield* this.#tell(this.#endings([...this.#streams.keys()]))
  }

  #open(path: string): OpenStream {
    const ordinal = this.#options.ledger.nextOrdinal(this.#options.step)
    const stream = { ordinal, intended: new Deferred<boolean>() }
    this.#streams.set(path, stream)
    return stream
  }

  /** Ends the streams at and below these paths. */
  #endings(paths: readonly string[]): RunEvent[] {
    if (paths.length === 0) return []
    const events: RunEvent[] = []
    for (const [path, stream] of this.#streams) {
      if (!paths.some((ended) => covers(ended, path))) continue
      this.#streams.delete(path)
      events.push(this.#end(stream.ordinal, null))
    }
    return events
  }

  #intent(call: Call<unknown>, ordinal: number, stream: boolean): RunEvent {
    const { runId, step, checksums } = this.#options
    const { port, method, access } = call
    const given = journalledInput(call.input, checksums)
    const input: Json = stream ? { ...(given as { readonly [name: string]: Json }), stream: true } : given
    const inputDigest = digestOf([port, method, given], checksums)
    const equal = (this.#equalCalls.get(inputDigest) ?? 0) + 1
    this.#equalCalls.set(inputDigest, equal)
    const key = idempotencyKey({ runId, step, ordinal: equal, inputDigest }, checksums)
    return { type: 'effect-intended', step, ordinal, port, method, access, input, key }
  }

  #end(ordinal: number, error: unknown): RunEvent {
    const { step } = this.#options
    if (error === null) return { type: 'effect-ended', step, ordinal, outcome: 'done' }
    const record = wellFormedRecord(toOperatingError(error).toRecord())
    return { type: 'effect-ended', step, ordinal, outcome: 'failed', error: record }
  }

  *#ended(ordinal: number, error: unknown): Task<void> {
    yield* this.#tell([this.#end(ordinal, error)])
  }

  *#tell(events: readonly RunEvent[]): Task<void> {
    if (events.length > 0) yield* Journal.append({ events, durable: false })
  }
}
