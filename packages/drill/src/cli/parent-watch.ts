/**
 * Ends this process when its parent is gone: the parent holds the other end of stdin open for as long as it lives, whatever ends
 * it. Only for children that the drill starts; a person's `serve` in the background has its own life.
 */
export function endWithParent(end: () => void): void {
  process.stdin.on('end', end)
  process.stdin.on('close', end)
  process.stdin.on('error', end)
  process.stdin.resume()
}
