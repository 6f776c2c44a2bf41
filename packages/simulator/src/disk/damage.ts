import { invariant } from '@dr-drill/runbook-core'

/**
 * Bit rot over a stretch of one file: the device returns these bits flipped. It lies over the bytes, so the pristine ones stay
 * known; it moves with the file when that is renamed, and ends where fresh bytes are written over it.
 */
export interface Damage {
  readonly offset: number
  /** Bits to flip, byte by byte; zero leaves a byte alone. */
  readonly mask: Uint8Array
  /** Called when a read has returned a flipped bit: how a fault knows that it fired. */
  readonly onRead: () => void
}

/** Applies damage to bytes that were read from `offset`; changes them in place. */
export function applyDamage(damages: readonly Damage[], offset: number, bytes: Uint8Array): void {
  for (const damage of damages) {
    const from = Math.max(offset, damage.offset)
    const to = Math.min(offset + bytes.length, damage.offset + damage.mask.length)
    let flipped = 0
    for (let at = from; at < to; at += 1) {
      const mask = damage.mask[at - damage.offset] as number
      flipped |= mask
      bytes[at - offset] = (bytes[at - offset] as number) ^ mask
    }
    if (flipped !== 0) damage.onRead()
  }
}

/** The damage that is left once [from, to) was written anew. */
export function healDamage(damages: readonly Damage[], from: number, to: number): readonly Damage[] {
  if (damages.length === 0) return damages
  const left: Damage[] = []
  for (const damage of damages) {
    const end = damage.offset + damage.mask.length
    if (damage.offset < from) left.push(part(damage, damage.offset, Math.min(end, from)))
    if (end > to) left.push(part(damage, Math.max(damage.offset, to), end))
  }
  return left
}

function part(damage: Damage, from: number, to: number): Damage {
  invariant(from < to, 'damage covers at least one byte')
  return { ...damage, offset: from, mask: damage.mask.slice(from - damage.offset, to - damage.offset) }
}
