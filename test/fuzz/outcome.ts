import { OperatingError } from '@dr-drill/runbook-core'

const SHAPE_LENGTH_MAX = 100

/** How a reading ended: the given word, or code and shape of a typed refusal. What is not typed is thrown on. */
export function outcomeOf(read: () => string): string {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    return `${error.code}: ${shapeOf(error.message)}`
  }
}

/** A message without what differs from input to input, so that equal refusals count as one. */
export function shapeOf(message: string): string {
  return message
    .replace(/^expression ".*": /s, '')
    .replace(/"[^"]*"|'[^']*'/g, '…')
    .replace(/character: .*/s, 'character')
    .replace(/[^\x20-\x7e…]/g, '')
    .replace(/[0-9a-f]{6,}|\d+/gi, '#')
    .slice(0, SHAPE_LENGTH_MAX)
}
