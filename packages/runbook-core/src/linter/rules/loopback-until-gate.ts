import { type StaticStep, textsOf } from '../../runbook/static-steps.ts'
import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

const LOOPBACK = /\b127\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|\[::1\]|\blocalhost\b/
const PUBLIC = /(?<![\d.])0\.0\.0\.0(?![\d.])|\[::\]|^\*:\d/

/** The service listens on loopback alone until the gate passes. (D49) */
export const loopbackUntilGate: Rule = {
  id: 'DR013',
  name: 'loopback-until-gate',
  severity: 'error',
  defect: 'D49',
  requires: 'The service listens on loopback alone until the gate passes.',

  *check(context) {
    const open = context
      .withTrait('configures')
      .filter((item) => mentions(item, PUBLIC) && !context.isBehindGate(item))
    for (const item of open) {
      yield {
        step: item.step.id,
        message: 'binds the service to every address before the gate: clients may write into unchecked data',
        fix: 'Bind to 127.0.0.1 first; rewrite the address and restart in steps that need the gate.',
      }
    }
    for (const item of context.withTrait('starts')) {
      const configured = context.before(item).filter(hasTrait('configures'))
      if (
        context.isBehindGate(item) ||
        configured.some((one) => mentions(one, LOOPBACK) || open.includes(one))
      )
        continue
      yield {
        step: item.step.id,
        message: 'starts the service without having bound it to loopback',
        fix: 'Write the configuration with a 127.0.0.1 address in a step that this one needs.',
      }
    }
  },
}

function mentions(item: StaticStep, pattern: RegExp): boolean {
  return [...textsOf(item.input)].some(([, text]) => pattern.test(text))
}
