import type { Register } from '../program.ts'
import { registerDoctor } from './doctor.ts'
import { registerOps } from './ops.ts'
import { registerSchema } from './schema.ts'
import { registerServe } from './serve.ts'

/** Commands in the order in which help lists them. Only what exists stands here. */
export const COMMANDS: readonly Register[] = [registerServe, registerOps, registerDoctor, registerSchema]
