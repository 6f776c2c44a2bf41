export { stemedbReadback } from './readback.ts'
