import { backupName, MANIFEST_FILE, parseBackupName } from '@dr-drill/runbook-core/stemedb'
import type { RandomStream } from '@dr-drill/simulator'
import type { Bucket } from './bucket.ts'
import { resealBackup, resealSegment, seal } from './reseal.ts'
import type { Survey } from './truth.ts'

/** What somebody did to a bucket by hand. */
export interface Damage {
  /** In words, for the report of a failure. */
  readonly what: string
  /** Keys of objects that are no longer what they were. */
  readonly changed: readonly string[]
  /** True when signatures by the trusted key vouch for what never was: only a ledger can tell. */
  readonly lieOfSigner: boolean
  /** True when only a signature tells a changed document from a genuine one. */
  readonly isForgery: boolean
}

/** What damage is drawn from. */
export interface Scene {
  readonly bucket: Bucket
  /** The same bucket before anything was done to it. */
  readonly pristine: Bucket
  readonly survey: Survey
  /** The bucket of another production, with another signer and history. */
  readonly foreign: Bucket
  readonly random: RandomStream
  readonly signer: Uint8Array
  /** The object that is hit; drawn when absent. */
  readonly target?: string
}

type Kind = (scene: Scene) => Damage

const STRANGER = new Uint8Array(32).fill(66)

/** Every class of damage by hand, by name. */
export const DAMAGES: Readonly<Record<string, Kind>> = {
  'byte flipped': (scene) => flip(scene, false),
  'byte flipped, checksum mended': (scene) => flip(scene, true),
  'byte of the store record flipped': flipRecord,
  'object cut': (scene) => cut(scene, false),
  'object cut, checksum mended': (scene) => cut(scene, true),
  'object removed': remove,
  'bytes removed, record left': removeBytes,
  'objects swapped': swap,
  'object of another history in its place': foreignObject,
  'segment and sidecar of another history in their place': foreignSegment,
  'segment and sidecar of another history behind the end': foreignEnd,
  'archive of another history beside it': foreignArchive,
  'backup of another history, newest of all': foreignBackup,
  'old backup under a newer name': falseName,
  'record altered and resealed by a stranger': (scene) => reseal(scene, STRANGER),
  'record altered and resealed by the signer': (scene) => reseal(scene, scene.signer),
  'backup altered and resealed by a stranger': (scene) => resealNewest(scene, STRANGER),
  'backup altered and resealed by the signer': (scene) => resealNewest(scene, scene.signer),
  'sidecar resealed by a stranger': resealSidecar,
}

const harm = (what: string, changed: readonly string[], more: Partial<Damage> = {}): Damage => ({
  what,
  changed,
  lieOfSigner: false,
  isForgery: false,
  ...more,
})

const isDocument = (key: string): boolean => /(\.wal\.json|manifest\.jsonl|backup-metadata\.json)$/.test(key)

function pickKey({ bucket, pristine, random, target }: Scene): string {
  if (target !== undefined) return target
  const still = new Set(bucket.keys)
  const keys = pristine.keys.filter((key) => still.has(key))
  // The newest of the archive are what a restore needs; the old ones are many.
  const archived = keys.filter(isArchived).slice(-40)
  return random.pick(random.chance(1, 2) ? keys.filter((key) => !isArchived(key)) : archived)
}

function flip(scene: Scene, mended: boolean): Damage {
  const key = pickKey(scene)
  const bytes = Uint8Array.from(scene.bucket.bytes(key))
  const at = scene.random.integer(0, bytes.length - 1)
  const bit = scene.random.integer(0, 7)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  scene.bucket.replace(key, bytes, mended)
  const what = `bit ${bit} of byte ${at} of ${key} flipped${mended ? ', mended' : ''}`
  return harm(what, [key], { isForgery: mended && isDocument(key) })
}

function flipRecord(scene: Scene): Damage {
  const key = pickKey(scene)
  const { recordPath } = scene.bucket.of(key)
  const bytes = Uint8Array.from(scene.bucket.disk.pristine(recordPath))
  const at = scene.random.integer(0, bytes.length - 1)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << scene.random.integer(0, 7))
  scene.bucket.disk.place(recordPath, bytes)
  return harm(`byte ${at} of the record of ${key} flipped`, [key])
}

function cut(scene: Scene, mended: boolean): Damage {
  const key = pickKey(scene)
  const bytes = scene.bucket.bytes(key)
  const length = scene.random.integer(1, Math.max(1, bytes.length - 1))
  scene.bucket.replace(key, bytes.slice(0, length), mended)
  return harm(`${key} cut to ${length} bytes${mended ? ', mended' : ''}`, [key])
}

function remove(scene: Scene): Damage {
  const key = pickKey(scene)
  scene.bucket.remove(key, 'object')
  return harm(`${key} removed`, [key])
}

function removeBytes(scene: Scene): Damage {
  const key = pickKey(scene)
  scene.bucket.remove(key, 'bytes')
  return harm(`bytes of ${key} removed`, [key])
}

function swap(scene: Scene): Damage {
  const { bucket } = scene
  const [one, other] = [pickKey(scene), pickKey(scene)]
  const [first, second] = [bucket.bytes(one), bucket.bytes(other)]
  bucket.replace(one, second, true)
  bucket.replace(other, first, true)
  return harm(`${one} and ${other} swapped`, one === other ? [] : [one, other])
}

function foreignObject(scene: Scene): Damage {
  const key = pickKey(scene)
  const end = key.slice(key.lastIndexOf('.'))
  const like = scene.random.pick(scene.foreign.keys.filter((one) => one.endsWith(end)))
  scene.bucket.replace(key, scene.foreign.bytes(like), true)
  return harm(`${key} is ${like} of another history`, [key], { isForgery: isDocument(key) })
}

const segmentsOf = (bucket: Bucket): string[] =>
  bucket.keys.filter((key) => key.endsWith('.wal')).filter(isArchived)
const isArchived = (key: string): boolean => key.startsWith('wal-archive/')
const lastPart = (key: string): string => key.slice(key.lastIndexOf('/') + 1)

function foreignSegment({ bucket, foreign, random }: Scene): Damage {
  const key = random.pick(segmentsOf(bucket).slice(-20))
  const same = segmentsOf(foreign).find((one) => lastPart(one) === lastPart(key))
  const like = same ?? random.pick(segmentsOf(foreign))
  bucket.replace(key, foreign.bytes(like), true)
  bucket.replace(`${key}.json`, foreign.bytes(`${like}.json`), true)
  return harm(`${key} and its sidecar are ${like} of another history`, [key, `${key}.json`], {
    isForgery: true,
  })
}

function foreignEnd({ bucket, foreign, survey, random }: Scene): Damage {
  const last = survey.archived.at(-1)
  if (last === undefined) throw new Error('an archive has an end')
  const key = last.key.replace(/segment-\d+/, `segment-${String(last.number + 1).padStart(5, '0')}`)
  const like = random.pick(segmentsOf(foreign))
  bucket.add(key, foreign.bytes(like))
  bucket.add(`${key}.json`, foreign.bytes(`${like}.json`))
  return harm(`${like} of another history follows as ${key}`, [])
}

function foreignArchive({ bucket, foreign }: Scene): Damage {
  for (const key of segmentsOf(foreign)) {
    bucket.add(key, foreign.bytes(key))
    bucket.add(`${key}.json`, foreign.bytes(`${key}.json`))
  }
  return harm('the archive of another history lies beside', [])
}

function foreignBackup({ bucket, foreign, survey }: Scene): Damage {
  const manifests = foreign.keys.filter((key) => key.endsWith(`/${MANIFEST_FILE}`))
  const from = (manifests.at(-1) ?? '').slice(0, -MANIFEST_FILE.length - 1)
  const newest = survey.backups.at(-1)?.name ?? ''
  const to = backupName((parseBackupName(newest) ?? 0) + 3_600_000)
  copyBackup(bucket, foreign, from, to)
  return harm(`${to} is ${from} of another history`, [], { isForgery: true })
}

function falseName({ bucket, survey }: Scene): Damage {
  const [oldest, newest] = [survey.backups[0]?.name ?? '', survey.backups.at(-1)?.name ?? '']
  const to = backupName((parseBackupName(newest) ?? 0) + 3_600_000)
  copyBackup(bucket, bucket, oldest, to)
  return harm(`${to} is ${oldest}`, [])
}

function copyBackup(bucket: Bucket, source: Bucket, from: string, to: string): void {
  for (const key of source.keys.filter((one) => one.startsWith(`${from}/`))) {
    bucket.add(`${to}${key.slice(from.length)}`, source.bytes(key))
  }
}

function reseal({ bucket, pristine, survey, signer }: Scene, secret: Uint8Array): Damage {
  const key = survey.archived.at(-1)?.key ?? ''
  resealSegment(bucket, pristine, key, secret)
  const lieOfSigner = secret === signer
  return harm(`a record of ${key} altered and resealed`, [key, `${key}.json`], {
    lieOfSigner,
    isForgery: true,
  })
}

function resealNewest({ bucket, pristine, survey, signer }: Scene, secret: Uint8Array): Damage {
  const name = survey.backups.at(-1)?.name ?? ''
  resealBackup(bucket, pristine, name, secret)
  const lieOfSigner = secret === signer
  return harm(`a record of ${name} altered and resealed`, [`${name}/${MANIFEST_FILE}`], {
    lieOfSigner,
    isForgery: true,
  })
}

function resealSidecar({ bucket, random }: Scene): Damage {
  const key = `${random.pick(segmentsOf(bucket).slice(-20))}.json`
  const bytes = bucket.bytes(key)
  const payload = bytes.slice(bytes.indexOf(0x0a) + 1)
  bucket.replace(key, seal(payload, STRANGER), true)
  return harm(`${key} resealed by a stranger`, [key], { isForgery: true })
}
