export { stemedbProbe } from './probe.ts'
export { stemedbReadback } from './readback.ts'
