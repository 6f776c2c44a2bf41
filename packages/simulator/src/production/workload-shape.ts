import type { RandomStream } from '../kernel/index.ts'
import type { WorkloadShape } from '../world/workload.ts'

/** Spells into which a production's life is divided. */
const SPELLS = 24
const PER_MILLE = 1000

/** Draws when clients write: quiet spells, bursts, and how many write at once. `refusedPerMille`: writes that the engine refuses. */
export function drawWorkload(
  random: RandomStream,
  perMille: { readonly refused: number; readonly unheard: number },
): WorkloadShape {
  const weights = Array.from({ length: SPELLS }, () => random.pick([0, 1, 1, 2, 8]))
  const fates = random.split('fates')
  return {
    burstMax: random.pick([1, 4, 8, 32]),
    pace: paceOf(weights),
    fate() {
      const drawn = fates.integer(0, PER_MILLE - 1)
      if (drawn < perMille.refused) return 'refused'
      return drawn < perMille.refused + perMille.unheard ? 'unheard' : 'heard'
    },
  }
}

/** In each of equally long spells as much is written as its weight says. */
function paceOf(weights: readonly number[]): WorkloadShape['pace'] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return (sent) => sent
  return (sent) => {
    const wanted = sent * total
    let before = 0
    for (const [spell, weight] of weights.entries()) {
      if (weight > 0 && wanted <= before + weight)
        return (spell + (wanted - before) / weight) / weights.length
      before += weight
    }
    return 1
  }
}
