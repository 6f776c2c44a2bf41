import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { driveAsync, environment, type PortHandlers } from '@dr-drill/runbook-core'
import { servicesConformance } from '../../../../simulator/test/conformance/services.conformance.ts'
import { realClock } from '../../../src/ports/clock.ts'
import { supervisor, unitStore } from '../../../src/ports/supervisor/index.ts'
import { processesNaming } from '../../support/processes.ts'

/** Shells, which start in a millisecond. Each has its invocation for a name, by which it is found. */
const SCRIPTS: Readonly<Record<string, string>> = {
  server: 'echo up; sleep 600',
  good: 'echo working; echo done',
  bad: 'echo broke; exit 3',
  slow: 'sleep 60',
}

servicesConformance('the supervisor', () => {
  const directory = mkdtempSync(join(tmpdir(), 'drill-services-'))
  const clock = realClock()
  const invocations = new Map<string, string>()
  const host = supervisor({
    host: {
      programOf: (unit, invocation) => {
        invocations.set(unit.name, invocation)
        return {
          argv: ['/bin/sh', '-c', SCRIPTS[unit.argv[0]] ?? 'exit 9', invocation],
          env: { PATH: '/usr/bin:/bin' },
          directory,
          account: null,
        }
      },
      onLine() {},
      historyNow: () => Date.now(),
    },
    store: unitStore(join(directory, 'units.json')),
    onTimerFailure() {},
  })
  const ports = environment({ Services: host.handlers, Clock: clock } as unknown as Record<
    string,
    PortHandlers
  >)
  return {
    environment: ports,
    run: (task) => driveAsync(task, ports),
    kill(name) {
      for (const pid of processesNaming(invocations.get(name) ?? name)) process.kill(pid, 'SIGKILL')
    },
    async dispose() {
      await host.close(100)
      rmSync(directory, { recursive: true })
    },
  }
})
