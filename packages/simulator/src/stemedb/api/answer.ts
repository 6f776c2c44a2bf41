import type { HttpResponse } from '@dr-drill/runbook-core'

/** What the API answers. */
export interface ApiResponse {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** Methods that the path does allow, with status 405. */
  readonly allow?: string
  /** What `body` says as JSON: exactly what parsing it would give, and never changed. */
  readonly json?: unknown
}

/** An answer in JSON, which becomes text when somebody wants to read it. */
export class JsonAnswer implements ApiResponse {
  readonly status: number
  readonly contentType = 'application/json'
  readonly json: unknown
  /** The text is not longer than this; null when nobody computed that. */
  readonly lengthMax: number | null
  #body: string | null = null

  constructor(status: number, message: unknown, lengthMax: number | null = null) {
    this.status = status
    this.json = message
    this.lengthMax = lengthMax
  }

  get body(): string {
    this.#body ??= JSON.stringify(this.json)
    return this.#body
  }
}

/** An answer as a client in the same world gets it: nothing is rendered and parsed where the value is at hand. */
export class AnswerAtHand implements HttpResponse {
  readonly status: number
  readonly contentType: string
  readonly json: unknown
  readonly #answer: ApiResponse

  constructor(answer: ApiResponse) {
    this.status = answer.status
    this.contentType = answer.contentType
    this.json = answer.json
    this.#answer = answer
  }

  get text(): string {
    return this.#answer.body
  }

  /** True when the text has more characters than this. */
  isLongerThan(length: number): boolean {
    const known = this.#answer instanceof JsonAnswer ? this.#answer.lengthMax : null
    return (known === null || known > length) && this.text.length > length
  }
}
