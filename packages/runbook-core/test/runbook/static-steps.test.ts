import { portableChecksums, qualify, readStatically } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { hardened } from './hardened.ts'
import { toys } from './toys.ts'

const registry = toys()
const read = (change?: Parameters<typeof hardened>[0]) => {
  const items = readStatically(
    qualify(hardened(change), { registry, checksums: portableChecksums }),
    registry,
  )
  return (id: string) => items.find((item) => item.step.id === id)
}

test('what is literal is known, with the defaults of the schema; the rest is a placeholder of its type', () => {
  const step = read()
  expect(step('look')?.input).toEqual({ freeBytesMin: 1_000_000, stopped: ['notes.service'], programs: [] })
  expect(step('fetch')?.input).toEqual({
    store: 'source',
    name: '${ steps.select.name }',
    into: '/srv/incoming',
  })
  expect(step('verify')?.input).toEqual({ files: [] })
  expect(step('count')?.input).toEqual({ expected: 0 })
})

test('effects follow from it; where they cannot be told they are null', () => {
  const step = read((steps) => {
    steps.run = { kind: 'toy-command', with: { argv: ['x'], effects: '${ {"reads": []} }' }, needs: ['look'] }
  })
  expect(step('place')?.effects).toEqual({
    reads: [],
    writes: ['path:/srv/notes'],
    destroys: ['path:/srv/incoming'],
    exposes: [],
  })
  expect(step('run')?.effects).toEqual({ reads: [], writes: [], destroys: [], exposes: [] })
})

test('a condition over parameters alone decides; one over the run does not', () => {
  const step = read((steps) => {
    steps.tell = { ...steps.tell, kind: 'toy-tell', when: '1 > 2' }
    steps.client = { ...steps.client, kind: 'toy-client', when: 'run.mode == "recovery"' }
  })
  expect([step('tell')?.skipped, step('client')?.skipped]).toEqual([true, false])
})

test('reads are those of input, condition and checks, without the step itself', () => {
  const step = read((steps) => {
    const { count } = steps
    if (count !== undefined)
      steps.count = {
        ...count,
        verify: ['steps.count.counted == steps.verify.records'],
        when: 'has(steps.select.name)',
      }
  })
  expect([...(step('count')?.readsSteps ?? [])].sort()).toEqual(['select', 'verify'])
})
