/** A broken promise between parts of this program. Never caught to go on: it ends the run with exit code 70. */
export class ProgrammerError extends Error {
  override readonly name = 'ProgrammerError'
}

/** Asserts what must hold if the program is right. @throws ProgrammerError */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new ProgrammerError(message)
}
