import { NO_FACTS, OperatingError, type PlanFacts, parseSize } from '@dr-drill/runbook-core'

/** Facts of a plan from `NAME=VALUE` flags; what is not given is not known. @throws usage-invalid for another name or value */
export function planFacts(given: Readonly<Record<string, string>>): PlanFacts {
  const facts: Record<string, number> = {}
  for (const [name, text] of Object.entries(given)) {
    if (!Object.hasOwn(NO_FACTS, name)) {
      throw new OperatingError(
        'usage-invalid',
        `there is no fact ${name}; facts are ${Object.keys(NO_FACTS).join(', ')}`,
        { subject: '--fact' },
      )
    }
    facts[name] = bytesOf(name, text)
  }
  return { ...NO_FACTS, ...facts }
}

function bytesOf(name: string, text: string): number {
  const plain = /^\d{1,15}$/.test(text)
  try {
    return plain ? Number(text) : parseSize(text)
  } catch (cause) {
    throw new OperatingError(
      'usage-invalid',
      `fact ${name} wants a size such as 30GB or a whole number, not ${text}`,
      { subject: '--fact', cause },
    )
  }
}
