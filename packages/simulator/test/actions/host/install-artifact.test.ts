import { utf8Encode } from '@dr-drill/runbook-core'
import { LostWrite } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { describe, expect, it } from 'vitest'
import { expectConvergence } from '../fakes/convergence.ts'
import { FakeHost } from '../fakes/fake-host.ts'

const PROGRAM = utf8Encode('#!/bin/sh\nexec engine\n')
const PATH = '/opt/toy/bin/engine'
const INPUT = {
  store: 'source',
  key: 'artifacts/engine',
  sha256: nativeChecksums.sha256Hex(PROGRAM),
  sizeBytes: PROGRAM.length,
  path: PATH,
  mode: '0755',
  owner: 'root',
  group: 'root',
  patienceMs: 1_000,
}

function hostWith(bytes: Uint8Array | null = PROGRAM): FakeHost {
  const host = new FakeHost().place('/opt/.keep', '')
  if (bytes !== null) host.store.put('artifacts/engine', bytes)
  return host
}

describe('install-artifact', () => {
  it('installs what has the pinned digest, with exact mode and owner, and leaves nothing beside it', () => {
    const host = hostWith()
    expect(host.perform('install-artifact', INPUT)).toEqual({
      path: PATH,
      sha256: INPUT.sha256,
      alreadyThere: false,
    })
    expect(host.text(PATH)).toBe('#!/bin/sh\nexec engine\n')
    expect(host.files.stat({ path: PATH })).toMatchObject({ mode: 0o755, owner: 'root' })
    expect(host.files.list({ path: '/opt/toy/bin' })).toHaveLength(1)
  })

  it('asks no store for what is there already, but mends its mode', () => {
    const host = hostWith(null)
    host.disk.place(PATH, PROGRAM, { mode: 0o777, owner: 'nobody' })
    expect(host.perform('install-artifact', INPUT).alreadyThere).toBe(true)
    expect(host.files.stat({ path: PATH })).toMatchObject({ mode: 0o755, owner: 'root' })
    expect(host.calls.some((call) => call.port === 'ObjectStore')).toBe(false)
  })

  it.each([
    ['another program', utf8Encode('#!/bin/sh\nexec evil!!\n')],
    ['a cut one', PROGRAM.slice(0, 5)],
    ['nothing', null],
  ])('refuses %s and installs nothing', (_what, bytes) => {
    const host = hostWith(bytes)
    const error = host.failure('install-artifact', INPUT)
    expect(error.code).toBe('artifact-mismatch')
    expect(error.exitCode).toBe(3)
    expect(host.text(PATH)).toBeNull()
    expect(host.text(`${PATH}.new`)).toBeNull()
  })

  it('installs nothing that is not on the disk as it was fetched, and is right when it is done again', () => {
    const host = hostWith()
    host.disk.addFault(new LostWrite({ path: `${PATH}.new`, after: 0 }))
    expect(host.failure('install-artifact', INPUT).code).toBe('copy-spoilt')
    expect(host.text(PATH)).toBeNull()
    host.perform('install-artifact', INPUT)
    expect(host.text(PATH)).toBe('#!/bin/sh\nexec engine\n')
  })

  it('finds the pinned one below a version that overwrote it', () => {
    const host = hostWith()
    host.store.put('artifacts/engine', utf8Encode('encrypted by a stranger'))
    host.perform('install-artifact', INPUT)
    expect(host.text(PATH)).toBe('#!/bin/sh\nexec engine\n')
  })

  it('leaves the owner alone where owners cannot be changed', () => {
    const host = hostWith()
    host.perform('install-artifact', INPUT, { capabilities: [] })
    expect(host.calls.some((call) => call.method === 'setOwner')).toBe(false)
  })

  it('converges wherever it dies', () => {
    const deaths = expectConvergence({
      make: () => hostWith(),
      kind: 'install-artifact',
      input: INPUT,
      state: (host) => {
        const { mode, owner } = host.files.stat({ path: PATH }) ?? {}
        return [host.text(PATH), mode, owner, host.text(`${PATH}.new`)]
      },
    })
    expect(deaths).toBeGreaterThan(20)
  })

  it('takes no digest that is not one, and no path outside', () => {
    const host = hostWith()
    expect(() => host.perform('install-artifact', { ...INPUT, sha256: 'AB'.repeat(32) })).toThrow()
    expect(() => host.perform('install-artifact', { ...INPUT, path: '/opt/../etc/passwd' })).toThrow()
    expect(() => host.perform('install-artifact', { ...INPUT, mode: '755' })).toThrow()
  })
})
