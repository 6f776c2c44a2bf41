import type { S3ErrorCode } from './errors/index.ts'
import type { S3Operation } from './wire/route.ts'

/** What a rule may look at. */
export interface S3FaultRequest {
  /** Null when the request names no operation of S3. */
  readonly operation: S3Operation | null
  readonly bucket: string
  readonly key: string
  /** As claimed; the signature is not checked yet. Null for an anonymous request. */
  readonly accessKey: string | null
  /** What a listing asks for; absent for other operations. */
  readonly prefix?: string
  readonly delimiter?: string
}

/** What happens to a request. */
export type S3FaultAction =
  /** Nothing: the next rule is asked. */
  | { readonly kind: 'pass' }
  /** The service answers with an error, unasked. */
  | { readonly kind: 'respond'; readonly code: S3ErrorCode }
  /** The connection is reset without an answer. */
  | { readonly kind: 'reset' }
  /** The answer's body ends after so many bytes and the connection is closed, whatever length was promised. */
  | { readonly kind: 'truncate-body'; readonly sizeBytes: number }
  /** The request is served so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** A listing is served without these keys, as if they were not there. */
  | { readonly kind: 'hide'; readonly keys: readonly string[] }

/** Decides about one request. */
export type S3FaultRule = (request: S3FaultRequest) => S3FaultAction

/** Ways to write actions: `s3Fault.respond('SlowDown')`. */
export const s3Fault = Object.freeze({
  pass: { kind: 'pass' } as S3FaultAction,
  reset: { kind: 'reset' } as S3FaultAction,
  respond: (code: S3ErrorCode): S3FaultAction => ({ kind: 'respond', code }),
  truncateBodyAt: (sizeBytes: number): S3FaultAction => ({ kind: 'truncate-body', sizeBytes }),
  delay: (ms: number): S3FaultAction => ({ kind: 'delay', ms }),
  hide: (keys: readonly string[]): S3FaultAction => ({ kind: 'hide', keys }),
})

/** An ordered list of rules, changed while the service runs; the first that does not pass wins. */
export class S3Faults {
  #rules: readonly S3FaultRule[] = []

  /** Adds a rule behind the others; the function returned takes it off. */
  add(rule: S3FaultRule): () => void {
    this.#rules = [...this.#rules, rule]
    return () => {
      this.#rules = this.#rules.filter((other) => other !== rule)
    }
  }

  /** Takes all rules off. */
  clear(): void {
    this.#rules = []
  }

  decide(request: S3FaultRequest): S3FaultAction {
    for (const rule of this.#rules) {
      const action = rule(request)
      if (action.kind !== 'pass') return action
    }
    return s3Fault.pass
  }
}
