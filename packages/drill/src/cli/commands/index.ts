import type { Register } from '../program.ts'
import { registerDoctor } from './doctor.ts'

/** Commands in the order in which help lists them. Only what exists stands here. */
export const COMMANDS: readonly Register[] = [registerDoctor]
