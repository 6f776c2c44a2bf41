import { OperatingError } from '@dr-drill/runbook-core'
import { type Actor, SimulatedDisk, type SynchronousFileSystem } from '@dr-drill/simulator'
import { expect, test } from 'vitest'

const service: Actor = { user: 'stemedb', groups: ['stemedb', 'backup'] }

/** What each call comes to for an actor, on a disk with one directory and one file of these attributes. */
function outcomes(
  actor: Actor,
  directoryMode: number,
  fileMode: number,
  owner: string,
  group: string,
): string {
  const calls: [string, (files: SynchronousFileSystem) => unknown][] = [
    ['s', (files) => files.stat({ path: '/d/f' })],
    ['l', (files) => files.list({ path: '/d' })],
    ['r', (files) => files.read({ path: '/d/f', offset: 0, length: 1 })],
    ['w', (files) => files.write({ path: '/d/f', offset: 0, bytes: new Uint8Array(1) })],
    ['t', (files) => files.truncate({ path: '/d/f', sizeBytes: 0 })],
    ['y', (files) => files.sync({ path: '/d/f' })],
    ['c', (files) => files.create({ path: '/d/n', mode: 0o600 })],
    ['m', (files) => files.makeDirectory({ path: '/d/n', mode: 0o700 })],
    ['v', (files) => files.rename({ from: '/d/f', to: '/d/g' })],
    ['x', (files) => files.remove({ path: '/d/f' })],
    ['p', (files) => files.setMode({ path: '/d/f', mode: 0o600 })],
    ['o', (files) => files.setOwner({ path: '/d/f', owner: 'stemedb', group: 'stemedb' })],
  ]
  return calls
    .map(([letter, call]) => {
      const disk = new SimulatedDisk()
      disk.place('/d/f', new Uint8Array(1), { mode: fileMode, owner, group })
      disk.handlers().setOwner({ path: '/d', owner, group })
      disk.handlers().setMode({ path: '/d', mode: directoryMode })
      try {
        call(disk.handlers(actor))
        return letter
      } catch (error) {
        expect(error).toBeInstanceOf(OperatingError)
        expect((error as OperatingError).code).toBe('permission-denied')
        return '-'
      }
    })
    .join('')
}

test.each([
  // Owner: its own bits count, even where others would have more.
  [0o700, 0o600, 'stemedb', 'root', 'slrwtycmvxp-'],
  [0o500, 0o400, 'stemedb', 'root', 'slr--y----p-'],
  [0o077, 0o077, 'stemedb', 'root', '------------'],
  // Group, the second one included.
  [0o770, 0o660, 'root', 'backup', 'slrwtycmvx--'],
  [0o750, 0o640, 'root', 'backup', 'slr--y------'],
  [0o710, 0o660, 'root', 'backup', 's-rwty------'],
  // Everybody else.
  [0o755, 0o644, 'root', 'root', 'slr--y------'],
  [0o777, 0o600, 'root', 'root', 'sl----cmvx--'],
  [0o744, 0o666, 'root', 'root', '-l----------'],
])('in a directory %o, a file %o of %s:%s lets the service do %s', (directory, file, owner, group, may) => {
  expect(outcomes(service, directory, file, owner, group)).toBe(may)
})

test('root may do everything', () => {
  expect(outcomes({ user: 'root', groups: ['root'] }, 0, 0, 'stemedb', 'stemedb')).toBe('slrwtycmvxpo')
})

test('what an account makes is its own and of its first group', () => {
  const disk = new SimulatedDisk()
  disk.handlers().makeDirectory({ path: '/d', mode: 0o777 })
  const files = disk.handlers(service)
  files.create({ path: '/d/f', mode: 0o640 })
  expect(files.stat({ path: '/d/f' })).toMatchObject({ mode: 0o640, owner: 'stemedb', group: 'stemedb' })
})
