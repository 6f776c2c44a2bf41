import { driveSync, environment, OperatingError, type PortHandlers } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { takeOlderVersion } from '../../../src/actions/support/older-versions.ts'
import { patienceOf } from '../../../src/actions/support/patience.ts'

const denied = (): never => {
  throw new OperatingError('store-denied', 'the token has expired')
}

/** Asks for older versions in a store that denies listing them, and listing at all or not. */
function asked(mayList: boolean) {
  const store = {
    versions: denied,
    head: denied,
    list: () => (mayList ? { objects: [], prefixes: [], cursor: null } : denied()),
  }
  const world = environment({
    ObjectStore: store as unknown as PortHandlers,
    Clock: { drillNow: () => 0, historyNow: () => 0, sleep: () => undefined } as unknown as PortHandlers,
  })
  return driveSync(
    takeOlderVersion({ store: 'source', key: 'a' }, patienceOf(1_000), function* () {
      return true
    }),
    world,
  )
}

test('a role that may list objects and not their versions has none to show', () => {
  expect(asked(true)).toEqual({ kind: 'success', value: null })
})

test('a credential that is refused altogether says nothing about what there is', () => {
  expect(asked(false)).toMatchObject({ kind: 'failure', error: { code: 'store-denied' } })
})
