/** Power loss tears files at multiples of this, bytes: the smallest sector in use. */
export const SECTOR_BYTES = 512

/**
 * True when a stretch of an append-only text can be what power loss left of a write that was never fsynced: every byte is either as
 * written or zero, and the zeros reach to the end of a sector or of the file. `offset` is the stretch's place in the file.
 */
export function looksTorn(bytes: Uint8Array, offset: number, atEnd: boolean): boolean {
  let torn = false
  for (let index = 0; index < bytes.length; index += 1) {
    if (bytes[index] !== 0) continue
    torn = true
    const next = index + 1
    const runEnds = next === bytes.length ? !atEnd : bytes[next] !== 0
    if (runEnds && (offset + next) % SECTOR_BYTES !== 0) return false
  }
  return torn
}
