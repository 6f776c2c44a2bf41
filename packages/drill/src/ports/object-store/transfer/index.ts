export type { GetInput } from './get-requests.ts'
export { ObjectGets } from './object-gets.ts'
export type { ResponseHead } from './response-head.ts'
export type { Receiver } from './response-reader.ts'
