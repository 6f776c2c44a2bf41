import { type DrawContext, type Moment, momentText, parseMoment } from '../faults/index.ts'

/** Later moments than this one, the latest first: ends of steps, then halfway, then the very next. Empty when nothing is later. */
export function laterMoments(text: string, { steps }: DrawContext): readonly string[] {
  const moment = parseMoment(text)
  if (moment === null || steps.length === 0) return []
  const here = placeOf(moment, steps)
  // Places count borders of steps: 0 before the first begins, 2n+1 where the n-th begins, 2n+2 where it ends.
  const last = 2 * steps.length
  const halfway = here + Math.ceil((last - here) / 2)
  const places = [...new Set([last, halfway, here + 1])].filter((place) => place > here && place <= last)
  const borders = places.map((place) => momentAt(place, steps))
  return moment.at === 'effect' || moment.at === 'call'
    ? [...borders, ...laterInside(moment, steps)]
    : borders
}

type Steps = DrawContext['steps']
type Inside = Extract<Moment, { readonly at: 'effect' | 'call' }>

/** Where a moment stands among the borders of steps: inside a step counts as where it begins. */
function placeOf(moment: Moment, steps: Steps): number {
  if (moment.at === 'start') return 0
  const index = steps.findIndex(({ id }) => id === moment.step)
  if (index < 0) return 2 * steps.length
  return moment.at === 'step-ends' ? 2 * index + 2 : 2 * index + 1
}

function momentAt(place: number, steps: Steps): string {
  const step = steps[Math.floor((place - 1) / 2)]?.id ?? ''
  return momentText({ at: place % 2 === 1 ? 'step-begins' : 'step-ends', step })
}

/** Later inside the same step: its last, halfway, the next. */
function laterInside(moment: Inside, steps: Steps): readonly string[] {
  const step = steps.find(({ id }) => id === moment.step)
  const last = (moment.at === 'effect' ? step?.effects : step?.calls) ?? 0
  const here = moment.ordinal
  const ordinals = [...new Set([last, here + Math.ceil((last - here) / 2), here + 1])]
  return ordinals
    .filter((ordinal) => ordinal > here && ordinal <= last)
    .map((ordinal) => momentText({ ...moment, ordinal }))
}
