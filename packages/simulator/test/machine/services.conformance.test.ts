import { type Exit, invariant, sleep, type Task } from '@dr-drill/runbook-core'
import type { ProcessHost, Program } from '@dr-drill/simulator'
import { servicesConformance } from '../conformance/services.conformance.ts'
import { TestMachine } from './support.ts'

function* run(name: string, host: ProcessHost): Task<void> {
  if (name === 'server') host.say('up')
  if (name === 'slow') yield* sleep(60_000)
  if (name === 'bad') {
    host.say('broke')
    host.exit(3)
  }
  if (name !== 'good') return
  host.say('working')
  yield* sleep(10)
  host.say('done')
}

const program = (service: string): Program => ({
  run: (host) => run(service.replace('.service', ''), host),
  close: function* () {},
})

servicesConformance('a simulated machine', () => {
  const host = new TestMachine({ programs: program })
  const me = host.processes.open('conformance')
  return {
    environment: host.ports,
    async run<A>(task: Task<A>): Promise<Exit<A>> {
      const exit = host.processes.drive(me, task, host.ports)
      invariant(exit, 'nobody kills a test')
      return exit
    },
    kill: (name) => host.machine.control.crashService(name, { restarts: true }),
    dispose() {},
  }
})
