export { arbitraryOf, type FastCheck, faultArbitrary } from './arbitrary-of.ts'
