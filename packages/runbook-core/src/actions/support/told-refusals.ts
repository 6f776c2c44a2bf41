/** A reason why something was not used, as outputs have it. */
export interface ToldRefusal {
  readonly name: string
  readonly reason: string
  readonly detail: string
}

/** Whoever may write into a bucket can put any number of useless things there: so many are told one by one, the rest by number. */
export const REFUSALS_TOLD_MAX = 500
const LENGTH_MAX = 300

/**
 * Refusals as they are told in outputs and in the log: in their order, each text cut where it is too long, and never so many that
 * useless objects could keep a step from ending.
 */
export function toldRefusals(refused: readonly ToldRefusal[]): ToldRefusal[] {
  const told = refused.slice(0, REFUSALS_TOLD_MAX).map(({ name, reason, detail }) => ({
    name: shortened(name),
    reason,
    detail: shortened(detail),
  }))
  const more = refused.length - told.length
  if (more > 0) told.push({ name: 'others', reason: 'too-many', detail: `${more} more were refused` })
  return told
}

const shortened = (text: string): string =>
  text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}...` : text
