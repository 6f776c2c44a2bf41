import { Deferred, type Environment, OperatingError, type ServiceUnit } from '@dr-drill/runbook-core'
import type { Process } from '../kernel/index.ts'
import type { ProcessHost, Program } from './program.ts'
import type { ServiceHost } from './service-host.ts'

/** What a process is started with. */
export interface ServiceInvocationOptions {
  readonly unit: ServiceUnit
  readonly program: Program
  readonly configuration: string
  readonly host: ServiceHost
  readonly say: (line: string) => void
  /** It wants to end, or its program has: with this code. */
  readonly onExit: (process: ServiceInvocation, code: number) => void
}

/** One process of a service, from its start to its end. */
export class ServiceInvocation {
  readonly invocation: string
  readonly server: Process
  /** Its exit code; null: it was killed. */
  readonly ended = new Deferred<number | null>()
  readonly #options: ServiceInvocationOptions
  readonly #environment: Environment
  readonly #view: ProcessHost

  constructor(options: ServiceInvocationOptions) {
    const { unit, host, configuration, say, onExit } = options
    this.#options = options
    this.invocation = host.nextInvocation()
    const server = host.processes.open(unit.name)
    const environment = host.environmentOf(unit)
    this.server = server
    this.#environment = environment
    this.#view = {
      unit,
      invocation: this.invocation,
      disk: host.disk,
      configuration,
      say,
      listen: (endpoint, serve) => host.listen({ server, serve, environment }, endpoint),
      exit: (code) => onExit(this, code),
    }
  }

  /** Lets its program run: a oneshot's end is its own, a daemon's task ends when it serves. */
  run(): void {
    const { program, unit, say, onExit } = this.#options
    this.server.start(program.run(this.#view), this.#environment).done.subscribe((settled) => {
      const exit = settled.kind === 'success' ? settled.value : settled
      if (exit.kind === 'success') {
        if (unit.type === 'oneshot') onExit(this, 0)
        return
      }
      if (exit.kind === 'failure') {
        // A defect is no behaviour of a program: it ends the drill.
        if (!(exit.error instanceof OperatingError)) throw exit.error
        say(`${exit.error.code}: ${exit.error.message}`)
      }
      onExit(this, 1)
    })
  }

  /** Asks it to end in good order; `then` is called when it has, or would rather be killed. */
  close(then: () => void): void {
    const { program } = this.#options
    if (program.close === undefined) then()
    else this.server.answer(program.close(this.#view), this.#environment).subscribe(then)
  }

  /** It is gone. */
  end(code: number | null): void {
    this.server.kill()
    this.ended.succeed(code)
  }
}
