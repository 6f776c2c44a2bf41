import type { Register } from '../program.ts'

/**
 * Commands in the order in which help lists them, each loaded when it is needed. Only what exists stands here; a test holds the names
 * against those that the commands give themselves.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  run: async () => (await import('./run.ts')).registerRun,
  plan: async () => (await import('./plan.ts')).registerPlan,
  lint: async () => (await import('./lint.ts')).registerLint,
  explore: async () => (await import('./explore.ts')).registerExplore,
  replay: async () => (await import('./replay.ts')).registerReplay,
  resume: async () => (await import('./resume.ts')).registerResume,
  report: async () => (await import('./report.ts')).registerReport,
  clean: async () => (await import('./clean.ts')).registerClean,
  judge: async () => (await import('./judge.ts')).registerJudge,
  world: async () => (await import('./world.ts')).registerWorld,
  serve: async () => (await import('./serve.ts')).registerServe,
  ops: async () => (await import('./ops.ts')).registerOps,
  faults: async () => (await import('./faults.ts')).registerFaults,
  doctor: async () => (await import('./doctor.ts')).registerDoctor,
  schema: async () => (await import('./schema.ts')).registerSchema,
}

/**
 * The commands that a command line can concern: the one it begins with, else all of them. A short-lived `ops` or `serve` does not pay for
 * what it never uses.
 */
export function commandsFor(args: readonly string[]): Promise<readonly Register[]> {
  const [first = ''] = args
  const only = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined
  return Promise.all((only === undefined ? Object.values(COMMANDS) : [only]).map((load) => load()))
}
