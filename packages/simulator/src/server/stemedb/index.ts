export { stemedbServerCommand, stemedbServerEntry } from './command.ts'
export {
  LOG_LEVELS,
  readConfiguration,
  type StemedbConfiguration,
  type Variables,
} from './configuration.ts'
export { runStemedbProcess } from './process.ts'
export { type LogSink, type RunningStemedb, startStemedbServer } from './server.ts'
