import { Executor, type ExecutorContract, type PortHandlers, Services } from '@dr-drill/runbook-core'
import { SimulatedDisk } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { action, drive, none, perform } from './support/one-action.ts'

function services(running: Readonly<Record<string, string>>): PortHandlers {
  return {
    start: () => undefined,
    status: ({ names }: { names: readonly string[] }) =>
      names.map((name) => ({ name, invocation: running[name] ?? null })),
  } as unknown as PortHandlers
}

test('a service that runs and that nothing of the run started is unexplained; a started or older one is not', () => {
  const starts = action({
    effects: () => ({ ...none, writes: ['service:x.service', 'service:y.service'] }),
    *run() {
      yield* Services.start({ name: 'x.service' })
      return { done: 'yes' }
    },
  })
  const before = perform(starts, { ports: { Services: services({ 'y.service': 'old' }) } })
  const baselines = before.events.flatMap((event) =>
    event.type === 'evidence-collected' ? [{ subject: event.subject, evidence: event.evidence }] : [],
  )
  expect(baselines.map(({ evidence }) => evidence)).toEqual([{ invocation: null }, { invocation: 'old' }])
  const request = { baselines, touched: [], acting: [], writable: [] }
  const survey = (started: readonly string[], running: Readonly<Record<string, string>>) =>
    drive(starts, () => Executor.survey({ ...request, started }), { ports: { Services: services(running) } })
      .exit
  const fine: Partial<ReturnType<ExecutorContract['survey']>> = { unexplained: [], unchecked: [] }
  expect(survey(['x.service'], { 'x.service': 'new', 'y.service': 'old' })).toMatchObject({ value: fine })
  expect(survey([], { 'x.service': 'new', 'y.service': 'old' })).toMatchObject({
    value: { unexplained: ['x.service runs and nothing of this run started it'] },
  })
  expect(survey(['x.service'], { 'y.service': 'newer' })).toMatchObject({
    value: { unexplained: ['y.service runs and nothing of this run started it'] },
  })
})

test('a step that acted through a service may have changed all it declares; a root too large is said to be unchecked', () => {
  const toy = action({})
  const baselines = [{ subject: 'baseline:path:/data', evidence: { entries: [], problem: null } }]
  const request = { touched: [], started: [], writable: [], baselines }
  const found = drive(toy, () => Executor.survey({ ...request, acting: [] })).exit
  expect(found).toMatchObject({
    value: { unexplained: ['/data lies there unexplained', '/data/kept lies there unexplained'] },
  })
  const acting = [{ kind: 'toy', input: { n: 1 } }]
  expect(drive(toy, () => Executor.survey({ ...request, acting })).exit).toMatchObject({
    value: { unexplained: [], unchecked: [] },
  })
  const disk = new SimulatedDisk()
  for (let index = 0; index < 2_100; index += 1) disk.place(`/data/f${index}`, new Uint8Array())
  expect(drive(toy, () => Executor.survey({ ...request, acting: [] }), { disk }).exit).toMatchObject({
    value: { unexplained: [], unchecked: ['/data: more than 2000 entries'] },
  })
})
