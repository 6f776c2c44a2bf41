import {
  Call,
  type CallContext,
  Deferred,
  type Exit,
  environment,
  invariant,
  OperatingError,
  type Outcome,
  type PortHandlers,
  Settle,
  type Task,
} from '@dr-drill/runbook-core'
import {
  type Durations,
  Kernel,
  Network,
  type Place,
  Processes,
  RandomStream,
  STANDARD_DURATIONS,
} from '@dr-drill/simulator'

/** One byte of the world is a byte; a link carries one per millisecond. */
export const PLAIN: Durations = {
  ...STANDARD_DURATIONS,
  scale: 1,
  linkBytesPerSecond: 1_000,
  linkLatencyMs: 0,
}

/** What a test sends. */
export interface Sent {
  readonly from?: Place
  readonly to?: Place
  readonly client?: string
  readonly bytes?: number
  readonly changes?: boolean
  readonly patienceMs?: number
  readonly act?: () => Outcome<string>
  readonly onCut?: (part: number) => void
}

/** How a request ended, and when. */
export interface Ended {
  readonly how: string
  readonly atMs: number
}

/** A network in a world of its own. */
export class TestNetwork {
  readonly kernel = new Kernel()
  readonly processes = new Processes(this.kernel)
  readonly network: Network
  readonly met: string[] = []
  /** What has acted at the other end, in order. */
  readonly acted: string[] = []
  readonly #me = this.processes.open('test')

  constructor(options: { readonly durations?: Durations; readonly seed?: number } = {}) {
    this.network = new Network({
      kernel: this.kernel,
      processes: this.processes,
      random: RandomStream.fromSeed(options.seed ?? 1),
      durations: options.durations ?? PLAIN,
    })
    this.network.onMet((from, to, how) => this.met.push(`${from} ${to} ${how}`))
  }

  /** Sends a request; its outcome as a handler would answer it. */
  send(name: string, sent: Sent = {}, context: CallContext = { onCancel() {} }): Outcome<string> {
    const acts = (): Outcome<string> => {
      this.acted.push(name)
      return sent.act?.() ?? name
    }
    return this.network.send<string>(sent.from ?? 'recovery-host', sent.to ?? 'source', {
      client: sent.client ?? 'root',
      act: acts,
      bytes: () => sent.bytes ?? 0,
      changes: sent.changes ?? false,
      patienceMs: sent.patienceMs ?? 10_000,
      failure: (how) => new OperatingError('connection-failed', how),
      context,
      ...(sent.onCut === undefined ? {} : { onCut: sent.onCut }),
    })
  }

  /** Sends requests at the same instant and waits for all of them. */
  sendAll(requests: Readonly<Record<string, Sent>>): Record<string, Ended> {
    const ended: Record<string, Ended> = {}
    const names = Object.keys(requests)
    for (const name of names)
      this.start(name, requests[name] ?? {}, (end) => {
        ended[name] = end
      })
    this.processes.until(() => Object.keys(ended).length === names.length)
    return ended
  }

  /** Sends one request in a fiber of its own. */
  start(name: string, sent: Sent, onEnd: (ended: Ended) => void = () => {}): void {
    const ports = { Link: { send: (_: unknown, context: CallContext) => this.send(name, sent, context) } }
    const world = environment(ports as unknown as Record<string, PortHandlers>)
    this.#me.start(requested(), world).done.subscribe((settled) => {
      const exit = settled.kind === 'success' ? settled.value : settled
      onEnd({ how: told(exit), atMs: this.kernel.nowMs })
    })
  }

  pass(ms: number): void {
    this.processes.pass(ms)
  }
}

function* requested(): Task<string> {
  return yield* new Call<string>('Link', 'send', 'read', {})
}

function told(exit: Exit<string>): string {
  if (exit.kind === 'success') return exit.value
  invariant(
    exit.kind === 'failure' && exit.error instanceof OperatingError,
    'a request fails by an operating error',
  )
  return exit.error.message
}

/** An answer that the other end gives so much later. */
export function* answeredLate(kernel: Kernel, ms: number, answer: string): Task<string> {
  const done = new Deferred<string>()
  kernel.after(ms, () => done.succeed(answer))
  return yield* new Settle<string>(done)
}
