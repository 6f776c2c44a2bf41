import type { Register } from '../program.ts'
import { registerClean } from './clean.ts'
import { registerDoctor } from './doctor.ts'
import { registerFaults } from './faults.ts'
import { registerJudge } from './judge.ts'
import { registerLint } from './lint.ts'
import { registerOps } from './ops.ts'
import { registerPlan } from './plan.ts'
import { registerReport } from './report.ts'
import { registerResume } from './resume.ts'
import { registerRun } from './run.ts'
import { registerSchema } from './schema.ts'
import { registerServe } from './serve.ts'
import { registerWorld } from './world.ts'

/** Commands in the order in which help lists them. Only what exists stands here. */
export const COMMANDS: readonly Register[] = [
  registerRun,
  registerPlan,
  registerLint,
  registerResume,
  registerReport,
  registerClean,
  registerJudge,
  registerWorld,
  registerServe,
  registerOps,
  registerFaults,
  registerDoctor,
  registerSchema,
]
