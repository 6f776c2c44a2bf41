import type { Domain, WholeNumber } from './domain.ts'

/** Which values a domain has, for people: `one (default) or all`. */
export function domainText(domain: Domain): string {
  switch (domain.type) {
    case 'one-of':
      return listed(domain.values.map((value) => (value === domain.usual ? `${value} (default)` : value)))
    case 'whole-number':
      return `${rangeText(domain)}, default ${domain.usual}`
    case 'number-or-word':
      return `${rangeText(domain.number)}, or ${domain.word}; default ${domain.usual}`
    case 'truth':
      return domain.usual ? 'true by default, or false' : 'true, or false by default'
    case 'step':
      return 'id of a step; by default the fault chooses'
    case 'moment':
      return `start, STEP/begins, STEP/ends, STEP/effect/N/before|after or STEP/call/N/before|after; ${domain.usual === '' ? 'by default the fault chooses' : `default ${domain.usual}`}`
  }
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function rangeText({ min, max }: WholeNumber): string {
  return max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `${min} to ${max}`
}
