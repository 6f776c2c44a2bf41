import type { ObjectStoreContract, PortHandler } from '@dr-drill/runbook-core'
import {
  type Actor,
  bucketControl,
  MemoryBucket,
  memoryObjectStore,
  Network,
  portableS3Digests,
  SimulatedDisk,
  STANDARD_DURATIONS,
  storeOverLinks,
} from '@dr-drill/simulator'
import { fileSystemConformance } from '../conformance/file-system.conformance.ts'
import { type ObjectStoreUnderTest, objectStoreConformance } from '../conformance/object-store.conformance.ts'
import { EPOCH, TestMachine } from './support.ts'

/** Drives tasks on a machine, from a process of nobody's. */
function driving(host: TestMachine): ObjectStoreUnderTest['run'] {
  const caller = host.processes.open('conformance')
  return async (task, ports) => {
    const exit = host.processes.drive(caller, task, ports)
    if (exit === null) throw new Error('nobody dies here')
    return exit
  }
}

// What takes time answers as what takes none.
fileSystemConformance('the disk of a simulated machine', () => {
  const host = new TestMachine({ durations: STANDARD_DURATIONS })
  const run = driving(host)
  return {
    environment: host.ports,
    run: (task, ports) => run(task, ports),
    plantSymlink: (path, target) => host.machine.disk.plantSymlink(path, target),
    dispose() {},
  }
})

const digests = portableS3Digests
const READER = { accessKey: 'reader', rights: 'read-only' } as const
const WRITER = { accessKey: 'writer', rights: 'read-write' } as const

/** A bucket, and a machine that reaches it over a link. */
function farAway(versioning: boolean): ObjectStoreUnderTest {
  let passedMs = 0
  const bucket = new MemoryBucket({
    name: 'backups',
    versioning,
    credentials: [READER, WRITER],
    nowMs: () => EPOCH + passedMs,
    md5Hex: (bytes) => digests.md5().update(bytes).hex(),
  })
  const control = bucketControl(bucket, READER.accessKey)
  const disk = new SimulatedDisk()
  const host = new TestMachine({
    durations: STANDARD_DURATIONS,
    disk,
    portsOf: (made, account) => ({ ObjectStore: overLink(made, disk, bucket, account) }),
  })
  return {
    ports: host.ports,
    run: driving(host),
    delete: async (key) => control.delete(key),
    pass: (ms) => {
      passedMs += ms
    },
    behind: {
      addRule: (rule) => control.addRule(rule),
      rot: (key, _versionId, bytes) => control.rot(key, bytes),
      readerCounts: () => bucket.statistics.snapshot().credentials.reader!,
    },
    dispose: async () => {},
  }
}

function overLink(
  { kernel, processes, random }: TestMachine,
  disk: SimulatedDisk,
  bucket: MemoryBucket,
  actor: Actor,
): PortHandler<ObjectStoreContract> {
  const network = new Network({ kernel, processes, random, durations: STANDARD_DURATIONS })
  const store = { bucket, prefix: 'in/' }
  return storeOverLinks(
    { network, from: 'recovery-host', client: actor.user },
    memoryObjectStore({
      stores: {
        source: { ...store, accessKey: 'reader' },
        archive: { ...store, accessKey: 'writer' },
        stranger: { ...store, accessKey: 'stranger' },
      },
      disk,
      actor,
      sha256Hex: digests.sha256Hex,
    }),
    () => 'source',
    { sizeBytes: (path) => disk.bytesBelow(path), cut: (path, part) => disk.keepPart(path, part) },
  )
}

objectStoreConformance('a bucket behind a link', async (versioning) => farAway(versioning), {
  numRuns: process.env.DRILL_TEST_LONG === '1' ? 500 : 20,
  behind: true,
  fullPages: false,
})
