import { OperatingError } from '@dr-drill/runbook-core'
import { Kernel, RandomStream, Surroundings } from '@dr-drill/simulator'

export const EPOCH = Date.UTC(2026, 1, 11, 20)
export const NAME = 'toy.example'
/** Time to live of every name before it is changed. */
export const OLD_TTL_MS = 300_000

const NOBODY = { onCancel() {} }

/** Surroundings of a host in a world of their own. */
export class TestSurroundings {
  readonly kernel = new Kernel()
  readonly met: string[] = []
  readonly fenced: string[] = []
  /** Drill time since when each host, or target, answers. */
  readonly answers = new Map<string, number>()
  readonly world: Surroundings

  constructor(seed = 1) {
    this.world = new Surroundings({
      kernel: this.kernel,
      epochMs: EPOCH,
      random: RandomStream.fromSeed(seed),
      oldPrimary: 'old-primary',
      targets: ['toy'],
      hostAnswersSince: (host) => this.answers.get(host) ?? null,
      targetAnswersSince: (target) => this.answers.get(target) ?? null,
      fence: (host) => {
        this.fenced.push(host)
        return `${host} is off`
      },
    })
    this.world.onMet((what) => this.met.push(what))
  }

  pass(ms: number): void {
    this.kernel.after(ms, () => {})
    this.kernel.advance()
  }

  update(address: string, ttlMs = 60_000): string {
    return this.#codeOf(() => this.world.ports.Dns.update({ name: NAME, address, ttlMs }, NOBODY))
  }

  resolve() {
    return this.world.ports.Dns.resolve({ name: NAME }, NOBODY) as readonly {
      readonly resolver: string
      readonly addresses: readonly string[]
      readonly ttlMs: number
    }[]
  }

  /** The one address that each resolver answers. */
  addresses(): readonly string[] {
    return this.resolve().map(({ addresses }) => addresses.join())
  }

  route(backend: string): string {
    return this.#codeOf(() => this.world.ports.Traffic.route({ pool: 'p', backend }, NOBODY))
  }

  backends(): unknown {
    return this.world.ports.Traffic.backends({ pool: 'p' }, NOBODY)
  }

  isUp(): boolean {
    const [target] = this.world.ports.Alerts.targets({}, NOBODY) as readonly { readonly up: boolean }[]
    return target?.up ?? false
  }

  firing(): unknown {
    return this.world.ports.Alerts.firing({}, NOBODY)
  }

  notify(): string {
    return this.#codeOf(() =>
      this.world.ports.Notifier.send({ channel: 'c', subject: 's', body: 'b' }, NOBODY),
    )
  }

  fence(host: string): unknown {
    return this.world.ports.Traffic.fence({ host }, NOBODY)
  }

  #codeOf(call: () => unknown): string {
    try {
      call()
    } catch (error) {
      if (error instanceof OperatingError) return error.code
      throw error
    }
    return 'done'
  }
}
