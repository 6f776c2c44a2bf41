import { environment, type PortHandlers } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS, scanCheckpoint, scanSegment } from '@dr-drill/runbook-core/stemedb'
import {
  clockHandlers,
  Kernel,
  openEngine,
  RandomStream,
  randomHandlers,
  SimulatedDisk,
} from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { driveBounded } from '../bounded.ts'
import { type FuzzTarget, INPUT_PATH, inputDisk } from '../fuzz-target.ts'
import { fixture, objectsEnding } from './samples.ts'

const HEADER_BYTES = 128
const FRAME_HEADER_BYTES = 32

/**
 * Puts right the checksums of header and records, as a forger would: without it every change ends at the first one. Half of all
 * inputs, by their own last byte, stay as they are.
 */
function resealed(input: Uint8Array): Uint8Array {
  if (input.length < HEADER_BYTES || ((input.at(-1) ?? 0) & 1) === 0) return input
  const bytes = input.slice()
  const view = new DataView(bytes.buffer)
  view.setUint32(HEADER_BYTES - 4, nativeChecksums.crc32(bytes.subarray(0, HEADER_BYTES - 4)), true)
  for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES <= bytes.length; ) {
    const end = at + FRAME_HEADER_BYTES + view.getUint32(at + 4, true)
    if (end > bytes.length) break
    view.setUint32(at, nativeChecksums.crc32(bytes.subarray(at + 4, end)), true)
    at = end
  }
  return bytes
}

const segments = [fixture('stemedb/wal/segment-00001.wal'), fixture('stemedb/wal/segment-00002.wal')]
const checkpoints = [fixture('stemedb/db/checkpoint-000000000004.kv')]

/** `scanSegment`: every byte of a log segment, at both depths. */
export const segment: FuzzTarget = {
  name: 'segment',
  corpus: [...segments, ...objectsEnding('.wal')],
  dictionary: ['STEMEWAL', 'STEMEDKV', '{"id":"', '\u0000\u0000\u0000\u0000'],
  read(input) {
    const { disk, files } = inputDisk(resealed(input))
    const scans = (['blocks', 'records'] as const).map((depth) =>
      driveBounded(scanSegment(nativeChecksums, INPUT_PATH, depth), files),
    )
    const [, scan] = scans
    void disk
    return `${scan?.damage?.kind ?? 'sound'} ${scan?.closed === true ? 'closed' : 'open'} ${Math.min(9, scan?.recordCount ?? 0)}`
  },
}

/** `scanCheckpoint`. */
export const checkpoint: FuzzTarget = {
  name: 'checkpoint',
  corpus: [...checkpoints, ...objectsEnding('.kv')],
  dictionary: segment.dictionary,
  read(input) {
    const { files } = inputDisk(resealed(input))
    const scan = driveBounded(
      scanCheckpoint(nativeChecksums, INPUT_PATH, { depth: 'records', digest: true }),
      files,
    )
    return `${scan.damage?.kind ?? 'sound'} ${Math.min(9, scan.recordCount)}`
  },
}

/** Recovery of the stand-in over a log and a checkpoint of which one was written by a stranger. */
export const recovery: FuzzTarget = {
  name: 'recovery',
  corpus: [...segments, ...checkpoints],
  dictionary: segment.dictionary,
  read(input) {
    const bytes = resealed(input)
    const isCheckpoint = bytes[6] === 0x4b
    const disk = new SimulatedDisk()
    disk.place(`${STEMEDB_PATHS.wal}/segment-00001.wal`, isCheckpoint ? (segments[0] as Uint8Array) : bytes)
    disk.place(`${STEMEDB_PATHS.wal}/segment-00002.wal`, segments[1] as Uint8Array)
    disk.place(
      `${STEMEDB_PATHS.db}/checkpoint-000000000004.kv`,
      isCheckpoint ? bytes : (checkpoints[0] as Uint8Array),
    )
    disk.place('/etc/untouched', new Uint8Array([1]))
    const kernel = new Kernel()
    const ports: Record<string, unknown> = {
      FileSystem: disk.handlers(),
      Clock: clockHandlers(kernel, { epochMs: 0 }),
      Random: randomHandlers(RandomStream.fromSeed(1)),
    }
    const world = environment(ports as Record<string, PortHandlers>)
    const engine = driveBounded(
      openEngine({
        walDirectory: STEMEDB_PATHS.wal,
        dbDirectory: STEMEDB_PATHS.db,
        checksums: nativeChecksums,
      }),
      world,
    )
    const { assertionCount } = engine.health()
    driveBounded(engine.close(), world)
    const roots = disk
      .handlers()
      .list({ path: '/' })
      .map(({ name }) => name)
    if (roots.join() !== 'etc,var') throw new Error(`it wrote outside its directories: ${roots.join()}`)
    return `serves ${Math.min(9, assertionCount)}`
  },
}
