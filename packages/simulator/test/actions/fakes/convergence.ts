import { RandomStream } from '@dr-drill/simulator'
import { expect } from 'vitest'
import type { FakeHost, Performing } from './fake-host.ts'

/** An action on a host, and what of the world must come out the same however often it was begun. */
export interface Convergence {
  readonly make: () => FakeHost
  readonly kind: string
  readonly input: unknown
  readonly state: (host: FakeHost) => unknown
  readonly how?: Performing
}

/**
 * Performs an action in one go, then once for each of its calls with a death before and after it (the host loses power too), then again
 * to its end: the world is the same, also after one more run and one more power loss. Gives the number of deaths.
 */
export function expectConvergence({ make, kind, input, state, how = {} }: Convergence): number {
  const perform = (host: FakeHost, more: Performing = {}) => host.perform(kind, input, { ...how, ...more })
  const rehearsal = make()
  perform(rehearsal)
  const wanted = state(rehearsal)
  const calls = rehearsal.calls.length
  perform(rehearsal)
  expect(state(rehearsal), 'done twice').toEqual(wanted)
  losePower(rehearsal, 0)
  expect(state(rehearsal), 'after power loss').toEqual(wanted)
  let deaths = 0
  for (let call = 1; call <= calls; call += 1) {
    for (const when of ['before', 'after'] as const) {
      const host = make()
      if (perform(host, { death: { call, when } }) !== null) continue
      deaths += 1
      losePower(host, deaths)
      perform(host)
      losePower(host, 0)
      expect(state(host), `died ${when} call ${call}`).toEqual(wanted)
    }
  }
  return deaths
}

const STYLES = ['nothing', 'everything', 'mixture'] as const

function losePower(host: FakeHost, turn: number): void {
  host.disk.powerLoss(RandomStream.fromSeed(turn), STYLES[turn % STYLES.length] ?? 'nothing')
}
