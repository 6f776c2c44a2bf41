import type { ErrorRecord } from '../errors/index.ts'
import type { Json } from '../text/json.ts'

const LONE_SURROGATES = /\p{Surrogate}/gu

/** A text as UTF-8 can say it: halves of surrogate pairs, which a hostile answer can hold, become U+FFFD. */
export function wellFormedText(text: string): string {
  return text.replace(LONE_SURROGATES, '\ufffd')
}

/** An error record that can be journalled whatever the error's text holds. */
export function wellFormedRecord(record: ErrorRecord): ErrorRecord {
  return JSON.parse(JSON.stringify(record), (_, value: Json) =>
    typeof value === 'string' ? wellFormedText(value) : value,
  ) as ErrorRecord
}
