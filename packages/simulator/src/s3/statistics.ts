import { isWrite, type S3Operation } from './wire/route.ts'

/** Requests of one credential; `list` is every read that is neither an object's bytes nor a HEAD, `other` every write. */
export interface S3CredentialCounts {
  readonly get: number
  readonly head: number
  readonly list: number
  readonly other: number
  /** Writes (of `other`) that were refused because the credential only reads. */
  readonly refusedWrites: number
}

/** Counts by access key; and requests that no credential vouched for. */
export interface S3StatisticsSnapshot {
  readonly credentials: Readonly<Record<string, S3CredentialCounts>>
  /** Anonymous requests and those whose signature was wrong. */
  readonly unauthenticated: number
}

type Verb = keyof S3CredentialCounts

/** Counts requests; only authenticated ones count for a credential. */
export class S3Statistics {
  readonly #counts = new Map<string, Record<Verb, number>>()
  #unauthenticated = 0

  constructor(accessKeys: Iterable<string>) {
    for (const accessKey of accessKeys) {
      this.#counts.set(accessKey, { get: 0, head: 0, list: 0, other: 0, refusedWrites: 0 })
    }
  }

  count(accessKey: string, operation: S3Operation): void {
    this.#add(accessKey, verbOf(operation))
  }

  countRefusedWrite(accessKey: string): void {
    this.#add(accessKey, 'refusedWrites')
  }

  countUnauthenticated(): void {
    this.#unauthenticated += 1
  }

  snapshot(): S3StatisticsSnapshot {
    return {
      credentials: Object.fromEntries(
        [...this.#counts].map(([accessKey, counts]) => [accessKey, { ...counts }]),
      ),
      unauthenticated: this.#unauthenticated,
    }
  }

  #add(accessKey: string, verb: Verb): void {
    const counts = this.#counts.get(accessKey)
    if (counts !== undefined) counts[verb] += 1
  }
}

function verbOf(operation: S3Operation): Verb {
  if (isWrite(operation)) return 'other'
  if (operation === 'GetObject') return 'get'
  return operation === 'HeadObject' || operation === 'HeadBucket' ? 'head' : 'list'
}
