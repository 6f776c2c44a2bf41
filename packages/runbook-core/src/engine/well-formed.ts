import type { ErrorRecord } from '../errors/index.ts'
import type { Json } from '../text/json.ts'

/** A text as UTF-8 can say it: halves of surrogate pairs, which a hostile answer can hold, become U+FFFD. */
export function wellFormedText(text: string): string {
  return text.toWellFormed()
}

/** An error record that can be journalled whatever the error's text holds. */
export function wellFormedRecord(record: ErrorRecord): ErrorRecord {
  return JSON.parse(JSON.stringify(record), (_, value: Json) =>
    typeof value === 'string' ? wellFormedText(value) : value,
  ) as ErrorRecord
}
