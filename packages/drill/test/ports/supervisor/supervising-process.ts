import { join } from 'node:path'
import { supervisor, unitStore } from '../../../src/ports/supervisor/index.ts'

/** A process that supervises one daemon of ours, prints the daemon's pid and waits to be killed. */
const directory = process.argv[2] ?? '.'
const watch = new URL('../../../src/cli/parent-watch.ts', import.meta.url).href
const script = `
  import(${JSON.stringify(watch)}).then(({ endWithParent }) => {
    endWithParent(() => process.exit(0))
    console.log(process.pid)
  })
  setInterval(() => {}, 1000)`

const host = supervisor({
  host: {
    programOf: () => ({ argv: [process.execPath, '-e', script], env: {}, directory, account: null }),
    onLine: (_, line) => process.stdout.write(line),
    historyNow: () => 0,
  },
  store: unitStore(join(directory, 'units.json')),
  onTimerFailure() {},
})
const uncancelled = { onCancel() {} }
await host.handlers.install(
  {
    units: [
      {
        kind: 'service',
        name: 'one.service',
        description: '',
        type: 'daemon',
        argv: ['one'],
        user: '',
        group: '',
        environmentFile: null,
        writablePaths: [],
        restart: 'no',
        restartDelayMs: 0,
        startTimeoutMs: 1000,
        stopTimeoutMs: 1000,
      },
    ],
  },
  uncancelled,
)
await host.handlers.start({ name: 'one.service' }, uncancelled)
