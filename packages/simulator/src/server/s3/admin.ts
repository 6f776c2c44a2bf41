import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type S3RuleRecord, S3RuleSet, type S3Service, s3RuleRecord } from '@dr-drill/simulator'

/** No bucket can have this name, so the paths below it can mean nothing else. */
export const STATISTICS_PATH = '/-/statistics'
/** GET: how often each rule struck. PUT: a JSON array of `S3RuleRecord` replaces all rules and counts. */
export const FAULTS_PATH = '/-/faults'

const LOOPBACK = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/
/** Rules name objects; more text than this is none of our callers. */
const RULES_BYTES_MAX = 16 * 1024 * 1024

/** What only those on this host who know the token may ask (`Authorization: Bearer TOKEN`). */
export class S3Admin {
  readonly #service: S3Service
  readonly #token: string | null
  #rules = new S3RuleSet([])
  #remove: () => void = () => {}

  constructor(service: S3Service, token: string | null) {
    this.#service = service
    this.#token = token
  }

  /** Answers a request for counters (`S3StatisticsSnapshot`) or fault rules. False when the request is none of this kind. */
  answer(message: IncomingMessage, to: ServerResponse): boolean {
    const { url, method } = message
    if (url !== STATISTICS_PATH && url !== FAULTS_PATH) return false
    if (!this.#isAllowed(message)) send(to, 403, { error: 'forbidden' })
    else if (url === STATISTICS_PATH && method === 'GET') send(to, 200, this.#service.statistics.snapshot())
    else if (url === FAULTS_PATH && method === 'GET') send(to, 200, { hits: this.#rules.hits })
    else if (url === FAULTS_PATH && method === 'PUT') void this.#replaceRules(message, to)
    else send(to, 403, { error: 'forbidden' })
    return true
  }

  async #replaceRules(message: IncomingMessage, to: ServerResponse): Promise<void> {
    const parsed = await readRules(message)
    if (parsed === null) {
      send(to, 400, { error: 'no list of fault rules' })
      return
    }
    const { hits } = this.#rules
    this.#remove()
    this.#rules = new S3RuleSet(parsed)
    this.#remove = this.#service.faults.add(this.#rules.rule)
    send(to, 200, { hits })
  }

  #isAllowed(message: IncomingMessage): boolean {
    const given = /^Bearer (.+)$/.exec(message.headers.authorization ?? '')?.[1]
    if (this.#token === null || given === undefined) return false
    return isSame(given, this.#token) && LOOPBACK.test(message.socket.remoteAddress ?? '')
  }
}

async function readRules(message: IncomingMessage): Promise<S3RuleRecord[] | null> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > RULES_BYTES_MAX) return null
      chunks.push(chunk)
    }
    const parsed = s3RuleRecord.array().safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function send(to: ServerResponse, status: number, body: unknown): void {
  to.statusCode = status
  to.setHeader('content-type', 'application/json')
  to.setHeader('connection', 'close')
  to.end(`${JSON.stringify(body)}\n`)
}

/** Compares digests, so that neither length nor place of a difference shows in the duration. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
