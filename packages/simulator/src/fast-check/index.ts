export { arbitraryOf, type FastCheck, faultArbitrary } from './arbitrary-of.ts'
export { drillArbitrary } from './drill-arbitrary.ts'
export { drillOf, findSimplest, type SimplestDrill } from './find-simplest.ts'
