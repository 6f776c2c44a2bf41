export { type Draw, type DrawLog, RandomStream } from './random-stream.ts'
