import { readFileSync } from 'node:fs'
import { generateWorld, type SimulatedDisk, type World } from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'

/** A small production: what its backups, archive and ledger are made of is what valid inputs look like. */
function smallWorld(): { readonly world: World; readonly ledger: string } {
  const lines: string[] = []
  const world = generateWorld({
    seed: 3,
    assertions: 60,
    shiftMs: 0,
    checksums: nativeChecksums,
    digests: nativeS3Digests,
    engineVersion: '0.1.0',
    artifacts: [],
    ledger: (line) => void lines.push(line),
  })
  return { world, ledger: lines.join('') }
}

const { world, ledger } = smallWorld()

/** Its ledger, the signer's public key in hex. */
export const LEDGER = ledger
export const TRUST_KEY = world.trustKey

/** The bytes of the first objects whose key ends like this. */
export function objectsEnding(suffix: string, count = 3): Uint8Array[] {
  const found: Uint8Array[] = []
  for (const path of pathsOf(world.s3, '/buckets')) {
    const key = /^(.*)@[0-9a-f]{32}$/.exec(path)?.[1]
    if (key?.endsWith(suffix) === true && found.length < count) found.push(world.s3.pristine(path))
  }
  if (found.length === 0) throw new Error(`no object ends with ${suffix}`)
  return found
}

/** The bytes of a file of the repository's fixtures. */
export const fixture = (path: string): Uint8Array => new Uint8Array(readFileSync(`fixtures/${path}`))

function* pathsOf(disk: SimulatedDisk, path: string): Generator<string> {
  for (const { name, type } of disk.handlers().list({ path })) {
    if (type === 'directory') yield* pathsOf(disk, `${path}/${name}`)
    else yield `${path}/${name}`
  }
}
