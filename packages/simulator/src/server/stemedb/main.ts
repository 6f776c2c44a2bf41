import { runStemedbProcess } from './process.ts'

await runStemedbProcess()
