import { drawDisaster, type Production, RandomStream, simulateDrill } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { expect, test } from 'vitest'
import { drillOptions, smallProduction } from '../simulation/lab.ts'

/** Kinds that change bytes, in the store, on a disk or by somebody who writes on. */
const FAULTS = ['corrupt-segment', 'rotten-placement', 'returning-primary'] as const

/** Everything that drills share: the bytes of every write, and what a cut holds of them. */
function shared(production: Production): readonly string[] {
  const told = production.writes.map(({ key, bytes }) => `${key} ${nativeChecksums.sha256Hex(bytes)}`)
  const source = production.cutAt(production.endsAt).source()
  const held = source.keys.map((key) => `${key} ${source.history(key).length}`)
  return [...told, ...held]
}

test('whatever befalls a drill, what the next one is cut from is as it was', () => {
  const production = smallProduction()
  const before = shared(production)
  for (const [index, fault] of FAULTS.entries()) {
    const { at: failureAt } = drawDisaster(production, RandomStream.fromSeed(index))
    const disaster = index % 2 === 0 ? 'ransomware' : 'server'
    const { events } = simulateDrill(drillOptions({ seed: index, failureAt, disaster, faults: [fault] }))
    expect(events.length).toBeGreaterThan(0)
    expect(shared(production)).toEqual(before)
  }
})
