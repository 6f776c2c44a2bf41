import {
  Deferred,
  driveSync,
  type Environment,
  environment,
  type PortHandlers,
  type Task,
  unwrap,
  utf8Encode,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { SimulatedDisk } from '../../src/disk/index.ts'
import {
  bodyOf,
  objectStoreHandlers,
  portableS3Digests,
  type S3Request,
  type S3Response,
  S3Service,
} from '../../src/s3/index.ts'

export const WRITER = { accessKey: 'writer', secretKey: 'writer-secret', rights: 'read-write' } as const
export const READER = { accessKey: 'reader', secretKey: 'reader-secret', rights: 'read-only' } as const

/** 2026-02-11T00:05:00Z */
export const NOW_MS = Date.UTC(2026, 1, 11, 0, 5)

export const numRuns = (short: number): number => (process.env.DRILL_TEST_LONG === '1' ? short * 20 : short)

/** Keys as hostile as they come: any Unicode, path tricks, this service's own markers. */
export const anyKey = fc
  .oneof(
    fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '..',
            '.',
            '',
            'a',
            'A',
            '%',
            '%2E',
            '@',
            'a@null',
            'a@null.json',
            '\0',
            '+',
            's'.repeat(181),
          ),
          fc.string({ unit: 'binary', maxLength: 12 }),
        ),
        { minLength: 1, maxLength: 6 },
      )
      .map((segments) => segments.join('/')),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }),
  )
  .filter((key) => key !== '' && !/\p{Surrogate}/u.test(key) && utf8Encode(key).length <= 1024)

/** A service over a simulated disk, and one bucket behind the ObjectStore port as the stores `source` (reads) and `archive`. */
export class World {
  readonly disk: SimulatedDisk
  readonly target = new SimulatedDisk()
  readonly service: S3Service
  readonly ports: Environment
  nowMs = NOW_MS

  /** `files` stands before the disk, to make its operations late or faulty. */
  constructor(disk = new SimulatedDisk(), files: PortHandlers = disk.handlers()) {
    this.disk = disk
    this.service = new S3Service({
      environment: environment({ FileSystem: files }),
      credentials: [WRITER, READER],
      historyNowMs: () => this.nowMs,
      wallNowMs: () => NOW_MS,
      limits: { partSizeBytesMin: 10 },
    })
    const store = { service: this.service, bucket: 'backups' }
    this.ports = environment({
      ObjectStore: objectStoreHandlers({
        stores: {
          source: { ...store, prefix: 'in/', credentials: READER },
          archive: { ...store, prefix: 'in/', credentials: WRITER },
          whole: { ...store, prefix: '', credentials: WRITER },
        },
      }),
      FileSystem: this.target.handlers(),
    })
  }

  run<A>(task: Task<A>): A {
    const exit = driveSync(task, this.ports)
    if (exit === null) throw new Error('crashed')
    return unwrap(exit)
  }

  /** Paths of all files of the store's disk. */
  files(): string[] {
    const files = this.disk.handlers()
    const walk = (path: string): string[] =>
      files.list({ path: path === '' ? '/' : path }).flatMap(({ name, type }) => {
        return type === 'directory' ? walk(`${path}/${name}`) : [`${path}/${name}`]
      })
    return walk('')
  }
}

/** A request with its pieces in the usual places. */
export function requestOf(
  method: string,
  target: string,
  headers: Record<string, string> = {},
  body: Uint8Array = new Uint8Array(0),
): S3Request {
  const [rawPath = '/', rawQuery = ''] = target.split('?', 2)
  return {
    method,
    rawPath,
    rawQuery,
    headers: new Map(Object.entries({ host: 's3.test', ...headers })),
    body: bodyOf(body),
  }
}

/** The body of an answer that is not an object's, as text. */
export function textOf(response: S3Response): string {
  return response.body.kind === 'bytes' ? new TextDecoder().decode(response.body.bytes) : ''
}

export const digests = portableS3Digests

/** Operations of a disk that complete only when told, in any order. */
export class LateDisk {
  readonly handlers: PortHandlers
  readonly #pending: (() => void)[] = []

  constructor(disk: SimulatedDisk) {
    const now = disk.handlers() as unknown as Record<string, (input: unknown) => unknown>
    const late = (method: string) => (input: unknown) => {
      const deferred = new Deferred<unknown>()
      this.#pending.push(() => {
        try {
          deferred.succeed(now[method]!(input))
        } catch (error) {
          deferred.fail(error)
        }
      })
      return deferred
    }
    this.handlers = Object.fromEntries(Object.keys(now).map((method) => [method, late(method)]))
  }

  /** Completes one operation under way; false when there is none. */
  complete(choice = 0): boolean {
    const [operation] = this.#pending.splice(choice % Math.max(this.#pending.length, 1), 1)
    operation?.()
    return operation !== undefined
  }
}
