import type { Moment } from './moment.ts'

const BORDERS = { begins: 'step-begins', ends: 'step-ends' } as const
const PATTERN = /^([a-z][a-z0-9-]*)\/(?:(begins|ends)|(effect|call)\/([1-9]\d{0,6})\/(before|after))$/

/** A moment as it stands in a record: `start`, `STEP/begins`, `STEP/ends`, `STEP/effect/3/before`, `STEP/call/12/after`. */
export function momentText(moment: Moment): string {
  switch (moment.at) {
    case 'start':
      return 'start'
    case 'step-begins':
      return `${moment.step}/begins`
    case 'step-ends':
      return `${moment.step}/ends`
    default:
      return `${moment.step}/${moment.at}/${moment.ordinal}/${moment.side}`
  }
}

/** Reads what `momentText` writes; null when it is no moment. */
export function parseMoment(text: string): Moment | null {
  if (text === 'start') return { at: 'start' }
  const [, step = '', border, counted, ordinal, side] = PATTERN.exec(text) ?? []
  if (step === '') return null
  if (border === 'begins' || border === 'ends') return { at: BORDERS[border], step }
  return {
    at: counted === 'effect' ? 'effect' : 'call',
    step,
    ordinal: Number(ordinal),
    side: side === 'after' ? 'after' : 'before',
  }
}
